namespace Optimizer.Surrogates;

/// <summary>
/// Early news of slow results from fast signals. A signal minus what the inputs explain of it, <c>r = f - (a + A x)</c>, is
/// compared with its own faded mean at the results the level rests on; the difference tells how far the level has moved
/// since: <c>news = sum w_j (r_j - mean r_j)</c>, learning scale. Slow drift of a signal and what setpoints do to it cancel.
/// </summary>
/// <remarks>A missing signal (NaN) tells nothing. A difference counts up to its reach only: a broken instrument must not move the level far.</remarks>
/// <param name="Signals">s names.</param>
/// <param name="Intercepts">a, s values.</param>
/// <param name="Slopes">A, s rows of one value per input.</param>
/// <param name="Weights">w, s values, learning scale per engineering unit of the signal.</param>
/// <param name="Reaches">Largest difference that counts, s values above zero.</param>
/// <param name="Skill">Share of the level's out-of-time squared error that the news removed, (0, 1].</param>
public sealed record SoftSensor(
    IReadOnlyList<string> Signals, double[] Intercepts, double[][] Slopes, double[] Weights, double[] Reaches, double Skill)
{
    /// <summary>What the inputs do not explain of each signal; NaN where a signal is missing.</summary>
    public double[] Unexplained(double[] inputs, double[] signals)
    {
        var left = new double[Weights.Length];
        for (int j = 0; j < left.Length; j++)
        {
            double explained = Intercepts[j];
            for (int i = 0; i < inputs.Length; i++)
            {
                explained += Slopes[j][i] * inputs[i];
            }

            left[j] = signals[j] - explained;
        }

        return left;
    }

    /// <summary>News from what is unexplained now and its faded means; a mean that is NaN was never observed.</summary>
    public double News(double[] unexplained, double[] means)
    {
        double news = 0;
        for (int j = 0; j < Weights.Length; j++)
        {
            double difference = unexplained[j] - means[j];
            if (double.IsFinite(difference))
            {
                news += Weights[j] * Math.Clamp(difference, -Reaches[j], Reaches[j]);
            }
        }

        return news;
    }
}
