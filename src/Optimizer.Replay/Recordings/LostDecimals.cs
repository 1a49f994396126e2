using Optimizer.Plant;

namespace Optimizer.Replay.Recordings;

/// <summary>
/// Suspects bad values that, with the decimal mark elsewhere, would be near the last good value of their tag: lost decimals, or a
/// unit with another prefix. Only values outside the range of their tag are looked at; within it, ten times as much may be true.
/// </summary>
internal sealed class LostDecimals(RecordingFindings findings)
{
    private const double Near = 0.3;
    private static readonly double[] Factors = [0.1, 10, 0.01, 100, 0.001, 1000];

    private readonly Dictionary<string, double> _good = new(StringComparer.Ordinal);

    public void Add(in Sample sample)
    {
        if (sample.Quality == Quality.Good)
        {
            _good[sample.Tag] = sample.Value;
            return;
        }

        if (sample.Quality != Quality.Bad || !_good.TryGetValue(sample.Tag, out double good))
        {
            return;
        }

        foreach (double factor in Factors)
        {
            if (Math.Abs((sample.Value * factor) - good) < Near * Math.Abs(good))
            {
                findings.Add(RecordingFindings.PowerOfTen, FormattableString.Invariant($"{sample.Tag} at {sample.SampledAt:O}: {sample.Value}, {sample.Value * factor:G6} would fit {good} before"));
                return;
            }
        }
    }
}
