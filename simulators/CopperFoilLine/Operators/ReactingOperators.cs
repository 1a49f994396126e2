using Optimizer.Plant;

namespace CopperFoilLine.Operators;

/// <summary>
/// Operators as they are: they stay near the hand point, act when quality presses and forget to go back, each crew with
/// habits of its own. What they do follows from what they see, so a recording of it is confounded: setpoints and quality
/// move together because of drifts nobody recorded.
/// </summary>
internal sealed class ReactingOperators : LineOperators
{
    private static readonly TimeSpan BetweenActs = TimeSpan.FromHours(2);

    // No crew strays further, as a share of each range.
    private const double Furthest = 0.04;

    // Habit of each crew, as a share of each range: one likes it warm, one trusts gelatin, one runs the flow high.
    private static readonly double[][] Habits =
    [
        [0, 0.010, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0.012, -0.006],
        [0.004, -0.006, 0.012, 0, 0, 0, 0.004, 0, 0],
    ];

    private readonly Grade _grade;
    private readonly RandomStream _random;
    private readonly DateTimeOffset _homeFrom;
    private readonly double[] _offset;
    private readonly Dictionary<string, double> _seen = new(StringComparer.Ordinal);
    private DateTimeOffset _mayAct, _thought;
    private int _crew;

    public ReactingOperators(Grade grade, int seed, DateTimeOffset start, DateTimeOffset homeFrom)
        : base(grade, start)
    {
        (_grade, _random, _homeFrom, _mayAct) = (grade, new RandomStream("reacting", seed), homeFrom, start);
        _offset = new double[Home.Count];
        Log = new OperatorLog(seed);
    }

    public override void See(in Sample sample)
    {
        if (sample.Quality == Quality.Good && (sample.Tag.StartsWith("roll/", StringComparison.Ordinal) || sample.Tag == "f01/pv/pinhole_rate"))
        {
            // They go by the last few values, the newest most.
            _seen[sample.Tag] = _seen.TryGetValue(sample.Tag, out double before) ? (0.6 * before) + (0.4 * sample.Value) : sample.Value;
        }
    }

    protected override double Aim(int i, DateTimeOffset now)
    {
        if (now != _thought)
        {
            _thought = now;
            Think(now);
        }

        return Home[i] + (_offset[i] * Span(i));
    }

    private void Think(DateTimeOffset now)
    {
        if (now >= _homeFrom)
        {
            Array.Clear(_offset);
            return;
        }

        int crew = OperatorLog.Crew(now);
        if (crew != _crew)
        {
            TakeOverShift(crew, now);
        }

        if (now < _mayAct)
        {
            return;
        }

        _mayAct = now + TimeSpan.FromMinutes(10 + (40 * _random.Uniform()));
        if (React(now))
        {
            _mayAct = now + BetweenActs + TimeSpan.FromMinutes(60 * _random.Uniform());
        }
    }

    private void TakeOverShift(int crew, DateTimeOffset now)
    {
        for (int i = 0; i < _offset.Length; i++)
        {
            double change = Habits[crew - 1][i] - (_crew == 0 ? 0 : Habits[_crew - 1][i]);
            if (change != 0 && _random.Uniform() < 0.7)
            {
                Move(i, change, "habit", now);
            }
        }

        Forget(now);
        _crew = crew;
    }

    // Half of what the last crews did is undone before anybody remembers why it was done.
    private void Forget(DateTimeOffset now)
    {
        for (int i = 0; i < _offset.Length; i++)
        {
            if (Math.Abs(_offset[i]) > 0.01 && _random.Uniform() < 0.15)
            {
                Move(i, -0.5 * _offset[i], "back", now);
            }
        }
    }

    private bool React(DateTimeOffset now)
    {
        // One crew watches more closely than another.
        double care = 0.7 + (0.3 * _random.Uniform());
        if (Value("roll/rz") > (0.94 * _grade.RoughnessMax) && _random.Uniform() < care)
        {
            Move(_random.Uniform() < 0.6 ? 6 : 2, 0.012, "Rz high", now);
            return true;
        }

        if (Value("roll/el") < _grade.ElongationMin * 1.03 && _random.Uniform() < care)
        {
            Move(_random.Uniform() < 0.5 ? 7 : 0, -0.01, "elongation low", now);
            return true;
        }

        if (Value("roll/ts") < _grade.TensileMin * 1.012 && _random.Uniform() < care)
        {
            Move(7, 0.01, "tensile low", now);
            return true;
        }

        if (Value("f01/pv/pinhole_rate") > 1.4 * _grade.PinholesMax && _random.Uniform() < care)
        {
            Move(_random.Uniform() < 0.5 ? 0 : 5, -0.01, "pinholes", now);
            return true;
        }

        // All quiet: sooner or later somebody asks for more kilograms.
        if (_seen.Count > 0 && _random.Uniform() < 0.03)
        {
            Move(0, 0.006, "output", now);
            return true;
        }

        return false;
    }

    private void Move(int i, double share, string reason, DateTimeOffset now)
    {
        double before = _offset[i];
        _offset[i] = Math.Clamp(before + share, -Furthest, Furthest);
        if (!_offset[i].Equals(before))
        {
            Log.Note(now, FoilTags.Setpoints[i].Tag, Home[i] + (before * Span(i)), Home[i] + (_offset[i] * Span(i)), reason);
        }
    }

    private double Value(string tag) => _seen.GetValueOrDefault(tag, double.NaN);

    private static double Span(int i) => OperatingPoint.High[i] - OperatingPoint.Low[i];
}
