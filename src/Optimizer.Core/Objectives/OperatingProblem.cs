using System.Linq.Expressions;
using Optimizer.Plant;

namespace Optimizer.Objectives;

/// <summary>What "better" means for a unit and what must hold: named quantities, one objective, constraints, prices. Immutable.</summary>
public sealed record OperatingProblem
{
    public required ProcessUnit Unit { get; init; }

    /// <summary>Position of every name the quantities may use.</summary>
    public required ValueLayout Layout { get; init; }

    /// <summary>Evaluated in order; each may use those before it.</summary>
    public required IReadOnlyList<Quantity> Quantities { get; init; }

    public required Objective Objective { get; init; }

    public required IReadOnlyList<Constraint> Constraints { get; init; }

    /// <summary>Default price of each named price, changeable at run time.</summary>
    public required IReadOnlyDictionary<string, double> Prices { get; init; }
}

/// <summary>A declared formula over named values.</summary>
/// <param name="Name">May be used by later quantities, the objective and constraints.</param>
/// <param name="EngineeringUnit">For people.</param>
/// <param name="Text">As written in the site file.</param>
/// <param name="Evaluate">Takes the values in <see cref="ValueLayout"/> order.</param>
public sealed record Quantity(string Name, string EngineeringUnit, string Text, Func<double[], double> Evaluate)
{
    /// <summary>The same formula as an expression, from which it can be bounded over a box; null: unknown, so no search can be certified.</summary>
    public Expression<Func<double[], double>>? Formula { get; init; }
}

/// <summary>What is minimised or maximised.</summary>
/// <param name="Quantity">Name of a quantity.</param>
/// <param name="MinimumBenefit">Smallest improvement worth a move, in the quantity's unit.</param>
public sealed record Objective(string Name, string Quantity, string EngineeringUnit, bool Maximise, double MinimumBenefit)
{
    /// <summary>+1 when smaller is better, -1 otherwise: everything inside minimises.</summary>
    public double Sign => Maximise ? -1 : 1;
}

public enum ConstraintClass
{
    /// <summary>Hard: deterministic, on the prediction plus two standard deviations.</summary>
    Safety,

    /// <summary>Chance: enough of the product must be in specification.</summary>
    Specification,

    /// <summary>Wished for: costs a penalty, forbids nothing.</summary>
    Preference,
}

/// <summary><c>g &lt;= 0</c> on a controlled variable or a quantity. Build with <see cref="AtMost"/> or <see cref="AtLeast"/>.</summary>
public sealed record Constraint
{
    private Constraint()
    {
    }

    public required string Name { get; init; }

    /// <summary>The controlled variable or quantity that is limited.</summary>
    public required string Subject { get; init; }

    public required double Limit { get; init; }

    /// <summary>True: the subject must stay above the limit.</summary>
    public required bool IsLowerLimit { get; init; }

    public required ConstraintClass Class { get; init; }

    /// <summary>Specification: how many standard deviations of process scatter must lie between the mean and the limit.</summary>
    public double Sigmas { get; init; }

    /// <summary>Specification: product beyond the limit is scrap, so the share inside counts in <c>p_spec</c>.</summary>
    public bool CountsInYield { get; init; }

    /// <summary>Preference: cost per unit of breach, in the objective's unit.</summary>
    public double Weight { get; init; }

    public static Constraint AtMost(string name, string subject, double limit, ConstraintClass kind) =>
        new() { Name = name, Subject = subject, Limit = limit, IsLowerLimit = false, Class = kind };

    public static Constraint AtLeast(string name, string subject, double limit, ConstraintClass kind) =>
        new() { Name = name, Subject = subject, Limit = limit, IsLowerLimit = true, Class = kind };
}
