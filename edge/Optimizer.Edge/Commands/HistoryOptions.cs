using System.CommandLine;
using System.Globalization;
using Optimizer.Edge.Site;
using Optimizer.Historian;

namespace Optimizer.Edge.Commands;

/// <summary>How much history <c>run</c> keeps.</summary>
internal sealed class HistoryOptions
{
    private readonly Option<double> _days = new("--history-days") { Description = "Days that samples are kept; results are kept five years.", DefaultValueFactory = _ => 90, HelpName = "D" };
    private readonly Option<double> _megabytes = new("--history-size") { Description = "Largest history.db in MB; the oldest samples are dropped above 85 % of it.", DefaultValueFactory = _ => 4096, HelpName = "MB" };
    private readonly Option<double> _free = new("--least-free") { Description = "Free MB on the disk below which no history is kept: the rest belongs to the audit record.", DefaultValueFactory = _ => 256, HelpName = "MB" };

    public void AddTo(Command command)
    {
        command.Options.Add(_days);
        command.Options.Add(_megabytes);
        command.Options.Add(_free);
    }

    public HistoryLimits Limits(ParseResult parsed) => new()
    {
        Samples = TimeSpan.FromDays(CommonOptions.Within("--history-days", parsed.GetValue(_days), 1, 3650)),
        Bytes = (long)(CommonOptions.Within("--history-size", parsed.GetValue(_megabytes), 1, 1 << 20) * (1 << 20)),
        LeastFree = (long)(CommonOptions.Within("--least-free", parsed.GetValue(_free), 0, 1 << 20) * (1 << 20)),
    };

    /// <summary>Opens the history of a site. One that is damaged is put aside under another name: a box that nobody attends starts all the same.</summary>
    /// <param name="warning">What was put aside and why; null: nothing.</param>
    /// <exception cref="StoreException">It cannot be used.</exception>
    public static HistoryStore Open(string data, SiteLine site, HistoryLimits limits, out string? warning)
    {
        var now = TimeProvider.System.GetUtcNow();
        HistoryStore Open() => HistoryStore.Open(data, site.Line.Unit.Tags, site.Line.Unit.Campaign?.Tag, limits, now);
        warning = null;
        try
        {
            return Open();
        }
        catch (StoreCorruptException e)
        {
            string aside = string.Create(CultureInfo.InvariantCulture, $".damaged-{now:yyyyMMddHHmmss}");
            foreach (string file in new[] { "", "-wal", "-shm" }.Select(s => Path.Combine(data, HistoryStore.FileName) + s).Where(File.Exists))
            {
                File.Move(file, file + aside);
            }

            warning = $"history: {e.Message}; put aside as {HistoryStore.FileName}{aside}, starting with an empty one";
            return Open();
        }
    }
}
