using Optimizer.Alignment;
using Optimizer.Surrogates;
using Spectre.Console;

namespace Optimizer.Edge.Commands;

/// <summary>How far a training has come: a bar at a terminal, a line per tenth otherwise. On standard error, so that results can be piped.</summary>
internal abstract class TrainProgress
{
    /// <summary>Runs the work under a bar, under lines, or in silence.</summary>
    public static async Task<T> RunAsync<T>(bool quiet, Func<TrainProgress, Task<T>> work)
    {
        if (quiet)
        {
            return await work(new Silence());
        }

        if (Console.IsErrorRedirected || Console.IsOutputRedirected)
        {
            return await work(new Lines());
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(context => work(new Bars(context)));
    }

    /// <param name="stage">Such as "reading history.csv".</param>
    /// <param name="share">Done of it, 0 to 1; 1 ends it.</param>
    /// <param name="detail">What it is at now; empty: nothing to name.</param>
    public abstract void Report(string stage, double share, string detail = "");

    /// <summary>A trainer that tells which controlled variable it has come to.</summary>
    public ISurrogateTrainer Watch(ISurrogateTrainer trainer, string stage) => new WatchedTrainer(trainer, stage, this);

    private sealed class Silence : TrainProgress
    {
        public override void Report(string stage, double share, string detail)
        {
        }
    }

    private sealed class Lines : TrainProgress
    {
        private string? _stage;
        private int _tenth;

        public override void Report(string stage, double share, string detail)
        {
            int tenth = (int)(10 * Math.Clamp(share, 0, 1));
            if (stage != _stage || tenth > _tenth)
            {
                (_stage, _tenth) = (stage, tenth);
                Console.Error.WriteLine($"{stage}: {10 * tenth} %{(detail.Length > 0 ? ", " + detail : "")}");
            }
        }
    }

    private sealed class Bars(ProgressContext context) : TrainProgress
    {
        private readonly Dictionary<string, ProgressTask> _bars = new(StringComparer.Ordinal);

        public override void Report(string stage, double share, string detail)
        {
            if (!_bars.TryGetValue(stage, out var bar))
            {
                _bars[stage] = bar = context.AddTask(Markup.Escape(stage), maxValue: 1);
            }

            bar.Description = Markup.Escape(detail.Length > 0 ? $"{stage} {detail}" : stage);
            bar.Value = Math.Clamp(share, 0, 1);
        }
    }

    // The trainer takes the sets in order, each when it comes to it: that says how far it is without its having to.
    private sealed class WatchedTrainer(ISurrogateTrainer inner, string stage, TrainProgress progress) : ISurrogateTrainer
    {
        public SurrogateSet Train(IReadOnlyList<TrainingSet> sets, double[] reference, int version, DateTimeOffset at)
        {
            int furthest = -1;
            var watched = new WatchedSets(sets, k =>
            {
                furthest = Math.Max(furthest, k);
                progress.Report(stage, (double)furthest / sets.Count, $"{sets[furthest].Variable}, {furthest + 1} of {sets.Count}");
            });
            var trained = inner.Train(watched, reference, version, at);
            progress.Report(stage, 1);
            return trained;
        }
    }

    private sealed class WatchedSets(IReadOnlyList<TrainingSet> sets, Action<int> reached) : IReadOnlyList<TrainingSet>
    {
        public int Count => sets.Count;

        public TrainingSet this[int index]
        {
            get
            {
                reached(index);
                return sets[index];
            }
        }

        public IEnumerator<TrainingSet> GetEnumerator()
        {
            for (int k = 0; k < Count; k++)
            {
                yield return this[k];
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
