using CopperFoilLine.Scenes;
using CopperFoilLine.SteadyState;
using Optimizer.Plant;

namespace CopperFoilLine.Operators;

/// <summary>
/// People who run the line by hand: they aim at setpoints, the line walks there at its own rates. Base of the ways of
/// running it that a recording can have.
/// </summary>
public abstract class LineOperators
{
    private static readonly double[] RatePerHour = [3000, 2, 300, 0.5, 0.6, 2, 3, 12, 3];

    private readonly double[] _home, _value;
    private DateTimeOffset _last;

    protected LineOperators(Grade grade, DateTimeOffset start)
    {
        _home = grade.Hand.ToArray();
        _value = (double[])_home.Clone();
        _last = start;
    }

    /// <summary>The names of the ways to run a line.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["operators", "excited", "passive"];

    /// <summary>What they write down, and what they should have; empty for those who change nothing.</summary>
    public OperatorLog Log { get; protected init; } = new(0);

    /// <summary>The setpoints they return to, in the order of <see cref="OperatingPoint"/>.</summary>
    protected IReadOnlyList<double> Home => _home;

    /// <param name="kind">operators: they react to quality, each crew in its way; excited: a campaign that walks every setpoint; passive: the hand point, held.</param>
    /// <param name="homeFrom">From then on every setpoint returns to the hand point and stays.</param>
    /// <exception cref="ArgumentException">Another kind.</exception>
    public static LineOperators Create(string kind, Grade grade, int seed, DateTimeOffset start, DateTimeOffset homeFrom) => kind switch
    {
        "operators" => new ReactingOperators(grade, seed, start, homeFrom),
        "excited" => new ExcitedOperators(grade, seed, start, homeFrom),
        "passive" => new PassiveOperators(grade, start),
        _ => throw new ArgumentException($"history \"{kind}\" is unknown, expected one of {string.Join(", ", Kinds)}"),
    };

    /// <summary>Setpoints in force at an instant; call with rising instants.</summary>
    public double[] At(DateTimeOffset now)
    {
        double hours = (now - _last).TotalHours;
        _last = now;
        for (int i = 0; i < _home.Length; i++)
        {
            double wanted = Math.Clamp(Aim(i, now), OperatingPoint.Low[i], OperatingPoint.High[i]);
            double reach = RatePerHour[i] * hours;
            _value[i] += Math.Clamp(wanted - _value[i], -reach, reach);
        }

        // No operator lets copper sulfate crystallise in the pipes.
        _value[3] = Math.Min(_value[3], SteadyStatePoint.CopperLimit(_value[1], _value[4]));
        return (double[])_value.Clone();
    }

    /// <summary>A value becomes known to them.</summary>
    public virtual void See(in Sample sample)
    {
    }

    /// <summary>The line orders a setpoint, such as the recipe of another grade: they return to it from now on.</summary>
    public void Carry(OperatorOrder order) => _home[FoilTags.Setpoints.Select(s => s.Tag).ToList().IndexOf(order.Tag)] = order.Value;

    /// <summary>Where a setpoint should be; called for each in turn with rising instants.</summary>
    protected abstract double Aim(int i, DateTimeOffset now);
}

/// <summary>The hand point, held: a recording of it teaches nothing about setpoints.</summary>
internal sealed class PassiveOperators(Grade grade, DateTimeOffset start) : LineOperators(grade, start)
{
    protected override double Aim(int i, DateTimeOffset now) => Home[i];
}
