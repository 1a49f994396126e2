using Optimizer.Alignment;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Testing.Shapes;

/// <summary>A generated history with a known truth: what a trainer and a judge need of a plant, without one.</summary>
/// <param name="Name">As it appears in reports.</param>
/// <param name="Designs">One per controlled variable, as an engineer would declare it without having seen the data.</param>
/// <param name="Sets">One per controlled variable.</param>
public sealed record Shape(string Name, ProcessUnit Unit, IReadOnlyList<SurrogateDesign> Designs, IReadOnlyList<TrainingSet> Sets)
{
    /// <summary>Latest inputs.</summary>
    public double[] Reference => Sets[0].Rows[^1].Inputs;

    /// <summary>When the last result became known.</summary>
    public DateTimeOffset Until => Sets.SelectMany(s => s.Rows).Max(r => r.KnownAt);

    internal static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    internal static ManipulatedVariable Manipulated(string name, double low, double high) => new()
    {
        Name = name,
        SetpointTag = name + ".SP",
        EngineeringUnit = "1",
        EngineeringLow = low,
        EngineeringHigh = high,
        OperatorLow = low,
        OperatorHigh = high,
        MaxMove = (high - low) / 20,
        MaxTravelPer8Hours = (high - low) / 10,
        MaxTravelPer24Hours = (high - low) / 5,
        Deadband = (high - low) / 500,
        Dwell = TimeSpan.FromHours(1),
        RampPerMinute = high - low,
        Lag = TimeSpan.Zero,
        Tolerance = (high - low) / 500,
    };

    internal static TrainingSet Set(string variable, IReadOnlyList<TrainingRow> rows) => new(variable, rows, new Dictionary<string, int>());
}

/// <summary>Seeded random numbers.</summary>
internal sealed class Draw(int seed)
{
    private readonly Random _random = new(seed);

    public double Uniform(double low, double high) => low + ((high - low) * _random.NextDouble());

    public double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
