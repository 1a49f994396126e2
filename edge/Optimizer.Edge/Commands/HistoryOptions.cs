using System.CommandLine;
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

    /// <exception cref="StoreException">It cannot be used.</exception>
    public static HistoryStore Open(string data, SiteLine site, HistoryLimits limits) =>
        HistoryStore.Open(data, site.Line.Unit.Tags, site.Line.Unit.Campaign?.Tag, limits, TimeProvider.System.GetUtcNow());
}
