using Optimizer.Alignment;

namespace Optimizer.Surrogates;

/// <summary>
/// Follows the level of one surrogate through its results in the order they were sampled. Each is first predicted from what was
/// known when its sample was taken; so what it says of errors is what operation would have met. A pure function of rows:
/// replay needs no stored state.
/// </summary>
public sealed class LevelFollower
{
    /// <summary>How many memories back observations still count: the rest has faded below 2 %.</summary>
    public const double Memories = 4;

    /// <summary>Intervals are this much wider while the level drifts, until the errors themselves have said how wide.</summary>
    public const double DriftMargin = 1.3;

    private readonly Surrogate _surrogate;
    private readonly IntervalCalibration _calibration;
    private readonly Queue<(TrainingRow Row, double Innovation, double[] Unexplained)> _pending = [];
    private readonly double[] _means, _weights;
    private readonly (double Low, double High)[] _envelope;
    private FitRecord _fit = FitRecord.None;
    private BiasState _bias = BiasState.None;
    private double[]? _lastInputs;
    private int? _campaign;

    public LevelFollower(Surrogate surrogate)
    {
        _surrogate = surrogate;
        _calibration = new IntervalCalibration(surrogate.Scores);
        _envelope = [.. surrogate.Envelope];
        int signals = surrogate.SoftSensor?.Weights.Length ?? 0;
        _means = [.. Enumerable.Repeat(double.NaN, signals)];
        _weights = new double[signals];
    }

    /// <summary>The state after every result of <paramref name="rows"/>, as known at an instant.</summary>
    /// <param name="rows">Results known by then, in the order they were sampled.</param>
    /// <param name="inputs">Inputs the process has now; with <paramref name="signals"/> for the soft sensor.</param>
    /// <param name="signals">The variable's fast signals now; NaN: missing.</param>
    public static LevelState Estimate(Surrogate surrogate, IReadOnlyList<TrainingRow> rows, double[] inputs, double[] signals, DateTimeOffset at)
    {
        var follower = new LevelFollower(surrogate);
        foreach (var row in rows)
        {
            follower.Take(row);
        }

        return follower.State(inputs, signals, at);
    }

    /// <summary>What operation would have predicted for a result whose sample is taken now.</summary>
    public LevelForecast Ahead(TrainingRow row)
    {
        if (_campaign is { } campaign && row.Campaign != campaign)
        {
            Restart();
        }

        _campaign = row.Campaign;
        Admit(row.SampledAt);
        double[] inputs = Known(row);
        double unbiased = Predictor.Unbiased(_surrogate, inputs, out double spread);
        double deviation = Math.Sqrt(Square(_surrogate.Scatter) + Square(spread) + LevelVariance(row.SampledAt));
        return new LevelForecast(unbiased + _bias.Value + News(inputs, row.Signals), unbiased, deviation, _calibration.Factor * Margin);
    }

    /// <summary>Takes a result; it counts for the level from when it was known.</summary>
    public LevelForecast Take(TrainingRow row)
    {
        var forecast = Ahead(row);
        double target = _surrogate.Variable.Transform(row.Target);
        double z = (target - forecast.Mean) / forecast.Deviation;
        if (row.KnownAt > _surrogate.LearnedUntil)
        {
            bool inside = Math.Abs(z) <= forecast.Calibration * IntervalCalibration.Sigmas90;
            _fit = _fit.Add(z / forecast.Calibration, inside, z / _surrogate.Calibration);
            _calibration.Add(Math.Abs(z));
            for (int i = 0; i < _envelope.Length; i++)
            {
                _envelope[i] = (Math.Min(_envelope[i].Low, row.Inputs[i]), Math.Max(_envelope[i].High, row.Inputs[i]));
            }
        }

        // The level is judged by what the inputs turned out to be, the forecast by what was known of them.
        double unbiased = ReferenceEquals(row.InputsKnown, row.Inputs) ? forecast.Unbiased : Predictor.Unbiased(_surrogate, row.Inputs, out _);
        _lastInputs = row.Inputs;
        _pending.Enqueue((row, target - unbiased, _surrogate.SoftSensor?.Unexplained(row.Inputs, row.Signals) ?? []));
        return forecast;
    }

    /// <summary>The state at an instant; every result taken must be known by then.</summary>
    public LevelState State(double[] inputs, double[] signals, DateTimeOffset at)
    {
        Admit(at);
        return new LevelState(_bias, News(inputs, signals), _calibration.Factor * Margin, _envelope, _fit) { Caution = _calibration.Cautious * Margin };
    }

    // An input nobody had measured yet was taken to be where it was.
    private double[] Known(TrainingRow row) => ReferenceEquals(row.InputsKnown, row.Inputs) ? row.Inputs
        : [.. row.InputsKnown.Select((v, i) => double.IsFinite(v) ? v : _lastInputs?[i] ?? row.Inputs[i])];

    private double Margin => _fit.Verdict == FitVerdict.Sound ? 1 : DriftMargin;

    private double LevelVariance(DateTimeOffset at) => _surrogate.LevelVariance(_bias, at);

    private double News(double[] inputs, double[] signals) =>
        _surrogate.SoftSensor is { } sensor && _bias.Weight > 0 ? sensor.News(sensor.Unexplained(inputs, signals), _means) : 0;

    // Another campaign has another level: what the last one taught of it is gone.
    private void Restart()
    {
        _pending.Clear();
        _bias = BiasState.None;
        Array.Fill(_means, double.NaN);
        Array.Clear(_weights);
    }

    private void Admit(DateTimeOffset known)
    {
        while (_pending.TryPeek(out var next) && next.Row.KnownAt <= known)
        {
            _pending.Dequeue();
            // One gross error (a grip slip, a transposed digit) must not move the level: innovations are cut at 4 sigma.
            double cut = 4 * _surrogate.Scatter;
            double bounded = _bias.Weight < 3 ? next.Innovation : Math.Clamp(next.Innovation, _bias.Value - cut, _bias.Value + cut);
            double fade = _bias.Fade(next.Row.SampledAt, _surrogate.BiasMemory);
            _bias = _bias.Add(bounded, next.Row.SampledAt, _surrogate.BiasMemory);
            for (int j = 0; j < _means.Length; j++)
            {
                _weights[j] *= fade;
                if (double.IsFinite(next.Unexplained[j]))
                {
                    _weights[j]++;
                    _means[j] = double.IsNaN(_means[j]) ? next.Unexplained[j] : _means[j] + ((next.Unexplained[j] - _means[j]) / _weights[j]);
                }
            }
        }
    }

    private static double Square(double x) => x * x;
}

/// <summary>One result foretold, on the learning scale.</summary>
/// <param name="Mean">With level and news.</param>
/// <param name="Unbiased">Without.</param>
/// <param name="Deviation">Standard deviation of the result around the mean, not calibrated.</param>
/// <param name="Calibration">Factor on it.</param>
public readonly record struct LevelForecast(double Mean, double Unbiased, double Deviation, double Calibration)
{
    /// <summary>Half-width of the 90 % interval.</summary>
    public double Reach => IntervalCalibration.Sigmas90 * Calibration * Deviation;
}
