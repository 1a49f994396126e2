using System.Text.Json.Serialization;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>What simple rules reach on the same later results, root mean square error in the engineering unit.</summary>
/// <param name="Mean">Always the mean of the earlier results.</param>
/// <param name="LastValue">The newest result known when the strip was taken.</param>
/// <param name="Ridge">Linear regression on the inputs, its shrinkage chosen on earlier results.</param>
public sealed record Baselines(double Mean, double LastValue, double Ridge);

/// <summary>How well one controlled variable can be predicted from this history, and whether its surrogate may steer.</summary>
public sealed record TargetReport
{
    public required string Cv { get; init; }

    public required string EngineeringUnit { get; init; }

    /// <summary>Results that may teach.</summary>
    public required int Rows { get; init; }

    /// <summary>Results left out, by reason.</summary>
    public required IReadOnlyDictionary<string, int> Excluded { get; init; }

    /// <summary>Later results the numbers below rest on: the newest quarter, predicted from what was known before each.</summary>
    public required int Judged { get; init; }

    /// <summary>Root mean square error, engineering unit.</summary>
    public required double Rmse { get; init; }

    /// <summary>Share of the later results' variance that was predicted; below zero: their own mean would have done better.</summary>
    public required double R2 { get; init; }

    public required Baselines Baselines { get; init; }

    /// <summary>Share of later results inside their 90 % interval.</summary>
    public required double Coverage90 { get; init; }

    /// <summary>Effect of each manipulated variable at the latest inputs, on the learning scale per engineering unit.</summary>
    public required IReadOnlyList<Gain> Gains { get; init; }

    /// <summary>The judged results one by one, oldest first. Too many for a report: only for who asks.</summary>
    [JsonIgnore]
    public IReadOnlyList<JudgedPoint> Points { get; init; } = [];

    public bool Usable => Reason is null;

    /// <summary>Why it must not steer; null: it may.</summary>
    public required string? Reason { get; init; }
}

/// <summary>One later result beside what was predicted when its sample was taken; engineering unit.</summary>
/// <param name="Low">End of the 90 % interval, as <paramref name="High"/>.</param>
public sealed record JudgedPoint(DateTimeOffset SampledAt, double Measured, double Predicted, double Low, double High);

/// <param name="Moved">Standard deviation of the setpoint as the process followed it, as a share of the operator range.</param>
/// <param name="Verdict">Null: it moved enough to learn from.</param>
public sealed record Excitation(string Mv, double Moved, string? Verdict);
