namespace CopperFoilLine.Operators;

/// <summary>One change of a setpoint by hand.</summary>
/// <param name="Crew">Crew on shift, 1 to 3.</param>
public sealed record LogEntry(DateTimeOffset At, int Crew, string Tag, double From, double To, string Reason);

/// <summary>
/// What operators write down of their changes: an eighth is never entered, times are rounded to a quarter of an hour and
/// sometimes late, values to what fits the sheet, and now and then old and new are swapped.
/// </summary>
public sealed class OperatorLog(int seed)
{
    private readonly RandomStream _random = new("operator-log", seed);
    private readonly List<LogEntry> _written = [];

    /// <summary>The log as kept.</summary>
    public IReadOnlyList<LogEntry> Written => _written;

    /// <summary>Changes made, entered or not.</summary>
    public int Made { get; private set; }

    /// <summary>Crew on shift: three crews, eight hours each.</summary>
    public static int Crew(DateTimeOffset at) => 1 + (int)(at.UtcTicks / TimeSpan.FromHours(8).Ticks % 3);

    internal void Note(DateTimeOffset at, string tag, double from, double to, string reason)
    {
        Made++;
        double entered = _random.Uniform(), late = _random.Uniform(), swapped = _random.Uniform(), delay = _random.Uniform();
        if (entered < 0.125)
        {
            return;
        }

        var told = late < 0.15 ? at + TimeSpan.FromMinutes(30 + (150 * delay)) : at;
        long quarter = TimeSpan.FromMinutes(15).Ticks;
        told = new DateTimeOffset((told.UtcTicks + (quarter / 2)) / quarter * quarter, TimeSpan.Zero);
        (from, to) = (Rounded(from), Rounded(to));
        _written.Add(swapped < 0.03 ? new LogEntry(told, Crew(at), tag, to, from, reason) : new LogEntry(told, Crew(at), tag, from, to, reason));
    }

    // Three significant digits.
    private static double Rounded(double value)
    {
        double unit = Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(value))) - 2);
        return Math.Round(Math.Round(value / unit) * unit, 6);
    }
}
