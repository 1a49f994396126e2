namespace Optimizer.Alignment;

/// <summary>Observations of one controlled variable beside the inputs that made them, oldest first.</summary>
/// <param name="Variable">Name of the controlled variable.</param>
/// <param name="Rows">One per observation that may teach.</param>
/// <param name="Excluded">How many observations were left out, by reason.</param>
public sealed record TrainingSet(string Variable, IReadOnlyList<TrainingRow> Rows, IReadOnlyDictionary<string, int> Excluded);

/// <param name="Inputs">Lagged manipulated variables, then disturbance variables, in engineering units.</param>
/// <param name="Target">In the engineering unit.</param>
public sealed record TrainingRow(DateTimeOffset SampledAt, DateTimeOffset KnownAt, double[] Inputs, double Target)
{
    /// <summary>The variable's fast signals at its sample time, in the order of <see cref="Plant.ControlledVariable.Signals"/>; NaN: no Good value then.</summary>
    public double[] Signals { get; init; } = [];

    /// <summary>Counts campaigns of the line; rows of one number belong to one uninterrupted run.</summary>
    public int Campaign { get; init; }
}
