using Optimizer.Alignment;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>How a fit predicts what came after it, its level following the results as in operation.</summary>
/// <param name="Rmse">Root mean square error, learning scale.</param>
/// <param name="LastValueRmse">The same for repeating the last value.</param>
/// <param name="Coverage90">Share of results inside the uncalibrated 90 % interval.</param>
/// <param name="Calibration">Factor on standard deviations that makes 90 % of the results fall inside.</param>
internal sealed record LaterTrial(double Rmse, double LastValueRmse, double Coverage90, double Calibration)
{
    private const double Sigmas90 = 1.645;

    public static LaterTrial Run(BackboneFit fit, ControlledVariable variable, IReadOnlyList<TrainingRow> rows, double[] targets, int start)
    {
        var bias = BiasState.None;
        var scores = new List<double>();
        double squares = 0, last = 0;
        var terms = new double[fit.Backbone.TermCount];
        for (int n = Math.Max(0, start - 30); n < rows.Count; n++)
        {
            fit.Backbone.Standardise(rows[n].Inputs, terms);
            double innovation = targets[n] - fit.Backbone.Mean(terms);
            if (n >= start && n > 0)
            {
                double deviation = Math.Sqrt(Square(fit.Noise) + bias.Variance(fit.Noise, fit.Correlation, rows[n].SampledAt, variable.BiasTime));
                scores.Add(Math.Abs(innovation - bias.Value) / deviation);
                squares += Square(innovation - bias.Value);
                last += Square(targets[n] - targets[n - 1]);
            }

            bias = bias.Add(innovation, rows[n].SampledAt, variable.BiasTime);
        }

        if (scores.Count < 10)
        {
            return new LaterTrial(double.NaN, double.NaN, double.NaN, 1.5);
        }

        // Split conformal: the (n + 1) 0.9 th smallest score covers 90 % of exchangeable news.
        double[] sorted = [.. scores.Order()];
        double quantile = sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling((sorted.Length + 1) * 0.9) - 1)];
        return new LaterTrial(
            Math.Sqrt(squares / scores.Count), Math.Sqrt(last / scores.Count),
            scores.Count(s => s <= Sigmas90) / (double)scores.Count, Math.Clamp(quantile / Sigmas90, 0.7, 3));
    }

    private static double Square(double x) => x * x;
}
