using System.Text.Json;
using System.Text.Json.Serialization;

namespace Optimizer.Replay;

/// <summary>Closed loop against a plant whose truth is known, and how it compares with holding and with the true optimum.</summary>
/// <param name="Runs">One per seed.</param>
public sealed record TrialReport(string Site, string Plant, string Scenario, double Days, IReadOnlyList<TrialRun> Runs)
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public TrialSummary Summary => new(
        Median([.. Runs.Select(r => r.GainShare)]), Runs.Count == 0 ? double.NaN : Runs.Min(r => r.GainShare), Runs.Sum(r => r.HardLimitViolations),
        Runs.Count == 0 ? double.NaN : Runs.Average(r => r.SpecViolationShare), Runs.Count == 0 ? double.NaN : Runs.Average(r => r.SpecViolationShareHold));

    public string ToJson() => JsonSerializer.Serialize(this, Form) + "\n";

    public static string ToJson(TrialRun run) => JsonSerializer.Serialize(run, Form) + "\n";

    private static double Median(double[] values)
    {
        Array.Sort(values);
        int n = values.Length;
        return n == 0 ? double.NaN : n % 2 == 1 ? values[n / 2] : (values[(n / 2) - 1] + values[n / 2]) / 2;
    }
}

/// <param name="MedianGainShare">Median over seeds of the share of the gap to the true optimum that was closed.</param>
/// <param name="HardLimitViolations">Hours in which a hard limit was truly broken, all seeds together.</param>
public sealed record TrialSummary(double MedianGainShare, double WorstGainShare, int HardLimitViolations, double SpecViolationShare, double SpecViolationShareHold);

/// <summary>One run, judged on noise-free truth.</summary>
public sealed record TrialRun
{
    public required int Seed { get; init; }

    public required string Scenario { get; init; }

    public required double Hours { get; init; }

    /// <summary>Share of the gap between a twin held at the hand point and the true optimum that was closed, over the last day; same disturbances and prices for all three.</summary>
    public required double GainShare { get; init; }

    /// <summary>Hours in which a hard limit was truly broken.</summary>
    public required int HardLimitViolations { get; init; }

    /// <summary>The first five of those hours: when, which limit, value and limit.</summary>
    public IReadOnlyList<string> HardLimitsBroken { get; init; } = [];

    /// <summary>Share of hours with a property truly out of specification.</summary>
    public required double SpecViolationShare { get; init; }

    /// <summary>The same for a twin plant held at the hand point.</summary>
    public required double SpecViolationShareHold { get; init; }

    /// <summary>Share of hours in which the plant truly cost more than its held twin.</summary>
    public required double WorseThanHoldShare { get; init; }

    /// <summary>Mean saving against the held twin over the whole run, as a share of its cost.</summary>
    public required double SavedShare { get; init; }

    /// <summary>Hours out of specification by property; an hour may count for several.</summary>
    public required IReadOnlyDictionary<string, int> SpecViolationHours { get; init; }

    /// <summary>Writes that the gateway verified: the moves the plant really made.</summary>
    public required int Moves { get; init; }

    /// <summary>Setpoint writes sent; verified, rejected, timed out, deviated, lost and open add up to it.</summary>
    public required int SetpointsWritten { get; init; }

    public required int SetpointsVerified { get; init; }

    public required int SetpointsRejected { get; init; }

    public required int SetpointsTimedOut { get; init; }

    public required int SetpointsDeviated { get; init; }

    public required int SetpointsLost { get; init; }

    public required int SetpointsOpen { get; init; }

    /// <summary>Cost of the held twin over the last day, per good kg.</summary>
    public required double CostStart { get; init; }

    /// <summary>Cost of the plant as it really stood over the last day.</summary>
    public required double CostEnd { get; init; }

    /// <summary>Cost of the true optimum under the same disturbances.</summary>
    public required double CostOptimum { get; init; }

    public required IReadOnlyDictionary<string, double> SetpointsStart { get; init; }

    public required IReadOnlyDictionary<string, double> SetpointsEnd { get; init; }

    public required IReadOnlyDictionary<string, double> SetpointsOptimum { get; init; }
}
