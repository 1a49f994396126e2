namespace Optimizer.Objectives;

/// <summary>What the models and the declared formulas say of one candidate.</summary>
/// <param name="Setpoints">The candidate, in the order of the manipulated variables.</param>
/// <param name="Objective">Value of the objective quantity, in its own unit.</param>
/// <param name="Cost">What search minimises: signed objective with preference penalties; lower is better.</param>
/// <param name="CostDeviation">Standard error of the cost difference to staying put.</param>
/// <param name="Violation">Sum of scaled constraint breaches on the pessimistic side; 0: feasible.</param>
/// <param name="Controlled">Prediction of each controlled variable, engineering units.</param>
/// <param name="Margins">One per safety and specification constraint, in declared order.</param>
public sealed record Assessment(
    double[] Setpoints,
    double Objective,
    double Cost,
    double CostDeviation,
    double Violation,
    IReadOnlyList<ControlledPrediction> Controlled,
    IReadOnlyList<ConstraintMargin> Margins)
{
    /// <summary>90 % interval of the objective, in its unit: errors of the level included, which cancel in <see cref="CostDeviation"/>.</summary>
    public (double Low, double High) ObjectiveInterval { get; init; }

    public bool IsFeasible => Violation <= 0;

    /// <summary>Share of product predicted inside every specification that counts in yield.</summary>
    public double ShareInSpecification { get; init; }
}

/// <summary>Mean and the 90 % interval of the mean, engineering units.</summary>
public readonly record struct ControlledPrediction(string Variable, double Mean, double Low, double High);

/// <param name="Value">Predicted subject, in its unit.</param>
/// <param name="Distance">Room to the limit after scatter and model error, in standard scales; below zero: broken.</param>
public readonly record struct ConstraintMargin(string Constraint, double Value, double Limit, double Distance);
