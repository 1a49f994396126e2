using System.Collections.Concurrent;
using CopperFoilLine;
using CopperFoilLine.SteadyState;
using Optimizer.Cycle;
using Optimizer.Plant;
using Optimizer.Replay;
using Optimizer.Setpoints;

namespace Optimizer.Edge.Simulated;

/// <summary>
/// Judges a closed loop on noise-free truth: what the plant cost, what a twin cost that went through the same history and
/// then was held, what the true optimum would have cost; at the mean tariff of a day. The twin's bath settles as slowly as the
/// plant's, so that what settles by itself is nobody's gain.
/// </summary>
/// <param name="held">Another plant of the same plan; it is moved on to where the plant stands, by its operators and then by nobody.</param>
internal sealed class FoilJudge(FoilPlant plant, FoilPlant held)
{
    private const int HoursBetweenOptima = 4;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    private readonly List<Verdict> _verdicts = [];
    private readonly List<Sample> _unread = [];
    private readonly ConcurrentQueue<(DateTimeOffset At, Action<FoilLine> Act)> _happened = new();
    private readonly SortedDictionary<string, int> _byProperty = new(StringComparer.Ordinal);
    private int _hours, _outOfSpecification, _outOfSpecificationHold, _hardBroken;

    /// <summary>Sentences about truly broken hard limits, the first few.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>Cost of the plant as it stands, of its held twin and, when known, of the optimum.</summary>
    public Verdict? Last => _verdicts.Count == 0 ? null : _verdicts[^1];

    /// <summary>Looks at the plant; call once per hour of process time.</summary>
    public void Look(DateTimeOffset now)
    {
        Follow(now);
        FoilTruth truth = plant.Line.Truth, twin = held.Line.Truth;
        var grade = plant.Line.Grade;
        if (!truth.Running || !twin.Running)
        {
            return;
        }

        var d = AtMeanTariff(truth.Disturbances);
        _hours++;
        _outOfSpecification += TrueLimits.OutOfSpecification(truth.Point, grade) ? 1 : 0;
        CountByProperty(truth.Point.Foil, grade);
        _outOfSpecificationHold += TrueLimits.OutOfSpecification(twin.Point, held.Line.Grade) ? 1 : 0;
        var broken = TrueLimits.Broken(truth.Actual, truth.Point, grade, d);
        _hardBroken += broken.Count > 0 ? 1 : 0;
        Broken.AddRange(broken.Take(Math.Max(0, 5 - Broken.Count)).Select(b => $"{now:yyyy-MM-dd HH:mm} {b}"));
        var optimum = _hours % HoursBetweenOptima == 1 ? TrueOptimum.TryFind(grade, d) : null;
        _verdicts.Add(new Verdict(now, Cost(truth, grade), Cost(twin, held.Line.Grade), optimum));
    }

    /// <summary>Something was done to the plant that is not the loop's doing: the twin goes through it too. From any thread.</summary>
    public void Happened(DateTimeOffset at, Action<FoilLine> act) => _happened.Enqueue((at, act));

    private void Follow(DateTimeOffset now)
    {
        while (_happened.TryDequeue(out var thing))
        {
            held.Line.Schedule(thing.At, thing.Act);
        }

        while (held.Now < now)
        {
            held.Advance(Step, _unread);
            held.Gateway.Advance(held.Now);
            _unread.Clear();
        }
    }

    private static double Cost(FoilTruth truth, Grade grade) => SteadyStatePoint.Of(truth.Actual, grade, AtMeanTariff(truth.Disturbances)).CostPerGoodKg;

    private void CountByProperty(FoilQuality foil, Grade grade)
    {
        (string Name, bool Out)[] properties =
        [
            ("tensile", foil.Tensile < grade.TensileMin), ("elongation", foil.Elongation < grade.ElongationMin),
            ("roughness", foil.Roughness > grade.RoughnessMax), ("pinholes", foil.Pinholes > grade.PinholesMax),
        ];
        foreach (var (name, isOut) in properties)
        {
            _byProperty[name] = _byProperty.GetValueOrDefault(name) + (isOut ? 1 : 0);
        }
    }

    public TrialRun Report(LineLoop loop, int seed, string scenario, double hours, IReadOnlyDictionary<string, double> start, IReadOnlyDictionary<string, double> end)
    {
        // Where no point respects every limit there is nothing to close a gap to.
        var feasible = _verdicts.Where(v => v.Optimum is not null).TakeLast(24 / HoursBetweenOptima).ToList();
        var day = feasible.Count > 0 ? feasible : [.. _verdicts.TakeLast(24)];
        double now = day.Average(v => v.Actual), hold = day.Average(v => v.Held), best = feasible.Count > 0 ? feasible.Average(v => v.Optimum!.Cost) : double.NaN;
        double[] optimum = feasible.Count > 0 ? feasible[^1].Optimum!.Point.ToArray() : [.. Enumerable.Repeat(double.NaN, FoilTags.Setpoints.Count)];
        var ledger = loop.Ledger;
        return new TrialRun
        {
            Seed = seed,
            Scenario = scenario,
            Hours = hours,
            GainShare = Math.Round((hold - now) / (hold - best), 4),
            HardLimitViolations = _hardBroken,
            HardLimitsBroken = Broken,
            SpecViolationShare = Math.Round((double)_outOfSpecification / _hours, 4),
            SpecViolationShareHold = Math.Round((double)_outOfSpecificationHold / _hours, 4),
            WorseThanHoldShare = Math.Round(_verdicts.Count(v => v.Actual > v.Held) / (double)_hours, 4),
            SavedShare = Math.Round(_verdicts.Sum(v => v.Held - v.Actual) / _verdicts.Sum(v => v.Held), 4),
            SpecViolationHours = _byProperty,
            Moves = ledger.Count(WriteFate.Verified),
            SetpointsWritten = ledger.Written,
            SetpointsVerified = ledger.Count(WriteFate.Verified),
            SetpointsRejected = ledger.Count(WriteFate.Rejected),
            SetpointsTimedOut = ledger.Count(WriteFate.TimedOut),
            SetpointsDeviated = ledger.Count(WriteFate.Deviated),
            SetpointsLost = ledger.Count(WriteFate.Lost),
            SetpointsOpen = ledger.Count(WriteFate.Open),
            CostStart = Math.Round(hold, 4),
            CostEnd = Math.Round(now, 4),
            CostOptimum = Math.Round(best, 4),
            SetpointsStart = start,
            SetpointsEnd = end,
            SetpointsOptimum = FoilLine.Setpoints.Select((s, i) => (s.Tag, Value: Math.Round(optimum[i], 4))).ToDictionary(p => p.Tag, p => p.Value),
        };
    }

    /// <summary>The plant's setpoints now, by tag.</summary>
    public static Dictionary<string, double> Setpoints(FoilPlant plant) =>
        plant.Line.SetpointTags.Select((t, i) => (t, Value: Math.Round(plant.Gateway.Setpoints[i], 4))).ToDictionary(p => p.t, p => p.Value);

    // Three shifts of eight hours: 0.30, 0.62, 1.02.
    private static Disturbances AtMeanTariff(Disturbances d) => d.Tariff is 0.30 or 0.62 or 1.02 ? d with { Tariff = (0.30 + 0.62 + 1.02) / 3 } : d;

    internal sealed record Verdict(DateTimeOffset At, double Actual, double Held, TrueOptimum? Optimum);
}
