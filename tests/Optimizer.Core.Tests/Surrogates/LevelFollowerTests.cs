using Optimizer.Alignment;
using Optimizer.Core.Tests.Cycle;
using Optimizer.Surrogates;

namespace Optimizer.Core.Tests.Surrogates;

/// <summary>One surrogate, y = 90 + x, followed through results that come two hours apart and are known an hour late.</summary>
public class LevelFollowerTests
{
    private static readonly DateTimeOffset Start = SmallLine.Start;

    private static Surrogate Purity(SoftSensor? sensor = null) => SmallLine.Truth().Surrogates[1] with { SoftSensor = sensor, LearnedUntil = Start };

    [Fact]
    public void ResultNotYetKnown_DoesNotForetellTheNext()
    {
        var follower = new LevelFollower(Purity());
        // Known two hours and a half after its sample: the next sample is taken before.
        follower.Take(Row(0, 95, hoursLate: 2.5));

        Assert.Equal(94, follower.Ahead(Row(1, 0)).Mean, 9);
        Assert.True(follower.Ahead(Row(2, 0)).Mean > 94.5);
    }

    [Fact]
    public void LateValues_ChangeNoForecastMadeBeforeTheyWereKnown()
    {
        var random = new Random(5);
        TrainingRow[] rows = [.. Enumerable.Range(0, 60).Select(n => Row(n, 94 + random.NextDouble(), hoursLate: 1 + (6 * random.NextDouble())))];
        for (int changed = 0; changed < rows.Length; changed++)
        {
            TrainingRow[] others = [.. rows];
            others[changed] = rows[changed] with { Target = 1000 };
            var (a, b) = (Forecasts(rows), Forecasts(others));

            for (int n = 0; n < rows.Length; n++)
            {
                if (rows[changed].KnownAt > rows[n].SampledAt)
                {
                    Assert.Equal(a[n].Mean, b[n].Mean);
                }
            }
        }
    }

    [Fact]
    public void NewCampaign_StartsWithoutTheLevelOfTheLast()
    {
        var follower = new LevelFollower(Purity());
        for (int n = 0; n < 10; n++)
        {
            follower.Take(Row(n, 99));
        }

        Assert.True(follower.Ahead(Row(11, 0)).Mean > 98);
        Assert.Equal(94, follower.Ahead(Row(12, 0) with { Campaign = 2 }).Mean, 9);
    }

    [Fact]
    public void ResultsLearnedFrom_JudgeNothing()
    {
        var learned = Purity() with { LearnedUntil = Start.AddHours(21) };

        var state = LevelFollower.Estimate(learned, [.. Enumerable.Range(0, 20).Select(n => Row(n, 94))], [4, 5], [], Start.AddDays(3));

        // Ten results were known by then: the first at 01:00, the eleventh at 21:00.
        Assert.Equal(9, state.Fit.Judged);
    }

    [Fact]
    public void ResultsThatKeepOneSide_DriftAndWidenTheIntervals()
    {
        var calm = LevelFollower.Estimate(Purity(), Walk(_ => 0), [4, 5], [], Start.AddDays(30));
        // The level follows every result, and a ramp stays ahead of it all the same.
        var ramp = LevelFollower.Estimate(Purity(), Walk(n => 0.006 * n), [4, 5], [], Start.AddDays(30));

        Assert.Equal(FitVerdict.Sound, calm.Fit.Verdict);
        Assert.Null(calm.Fit.Objection);
        Assert.True(ramp.Fit.Verdict >= FitVerdict.Drifting, $"CUSUM {ramp.Fit.Cusum:F1}");
        Assert.Contains("above prediction", ramp.Fit.Objection, StringComparison.Ordinal);
        Assert.True(ramp.Calibration > 1.3 * calm.Calibration);
    }

    [Fact]
    public void IntervalsThatNoLongerCover_AreAFailure()
    {
        // Errors grow by half with every result: faster than any calibration can follow.
        var state = LevelFollower.Estimate(
            Purity(), [.. Enumerable.Range(0, 60).Select(n => Row(n, 94 + (0.02 * (n % 2 == 0 ? 1 : -1) * Math.Pow(1.5, n / 1.5))))], [4, 5], [], Start.AddDays(30));

        Assert.Equal(FitVerdict.Failed, state.Fit.Verdict);
        Assert.Contains("of the 40 latest results lay inside their 90 % interval", state.Fit.Objection, StringComparison.Ordinal);
    }

    [Fact]
    public void ErrorsThatOutgrowTheirPromise_AreAFailureAlthoughIntervalsGrewToCoverThem()
    {
        // Purity scatters by 0.1 in training; six times that from now on, to either side.
        double[] noise = [.. IntervalCalibrationTests.Errors(8, 60)];
        FitRecord After(double size, int results) => LevelFollower.Estimate(
            Purity(), [.. Enumerable.Range(0, results).Select(n => Row(n, 94 + (size * Purity().Scatter * noise[n])))], [4, 5], [], Start.AddDays(30)).Fit;

        Assert.Equal(FitVerdict.Sound, After(1, 60).Verdict);
        Assert.NotEqual(FitVerdict.Failed, After(1.5, 60).Verdict);
        var soon = After(6, 30);
        Assert.Equal(FitVerdict.Failed, soon.Verdict);
        Assert.Contains("outgrown the interval that training promised", soon.Objection, StringComparison.Ordinal);
        Assert.True(soon.Recent.TakeLast(15).Count(i => i) >= 11, "the adaptive interval does cover");
    }

    [Fact]
    public void Signal_TellsOfAMoveBeforeTheResultDoes()
    {
        // What x does to the signal is explained (2 per x); a rise of the rest by one means a rise of y by half.
        var sensor = new SoftSensor(["s"], [10], [[2, 0]], [0.5], [5], 0.4);
        var follower = new LevelFollower(Purity(sensor));
        for (int n = 0; n < 10; n++)
        {
            follower.Take(Row(n, 94, signal: 18));
        }

        var at = Start.AddDays(1);
        Assert.Equal(0, follower.State([4, 5], [18], at).News, 9);
        Assert.Equal(1, follower.State([4, 5], [20], at).News, 9);
        Assert.Equal(0, follower.State([5, 5], [20], at).News, 9);
        Assert.Equal(0, follower.State([4, 5], [double.NaN], at).News, 9);
        // A broken instrument moves the level by its reach at most.
        Assert.Equal(2.5, follower.State([4, 5], [1e6], at).News, 9);
    }

    private static List<LevelForecast> Forecasts(IReadOnlyList<TrainingRow> rows)
    {
        var follower = new LevelFollower(Purity());
        return [.. rows.Select(follower.Take)];
    }

    private static TrainingRow[] Walk(Func<int, double> drift)
    {
        double[] noise = [.. IntervalCalibrationTests.Errors(9, 80)];
        return [.. Enumerable.Range(0, 80).Select(n => Row(n, 94 + (0.02 * noise[n]) + drift(n)))];
    }

    private static TrainingRow Row(int n, double purity, double hoursLate = 1, double signal = double.NaN) =>
        new(Start.AddHours(2 * n), Start.AddHours((2 * n) + hoursLate), [4, 5], purity) { Signals = [signal] };
}
