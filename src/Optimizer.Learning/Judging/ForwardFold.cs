using Optimizer.Alignment;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>A fit of earlier rows and the later ones it has not seen.</summary>
/// <param name="Trees">On what the fit leaves over; trained when first asked for, null with too few rows.</param>
/// <param name="First">First row whose innovation is known: some rows before <paramref name="Start"/>, so that a level stands when judging begins.</param>
/// <param name="Start">First row not fitted.</param>
/// <param name="End">One past the last row this fold judges.</param>
internal sealed record ForwardFold(BackboneFit Fit, Lazy<TreeEnsemble?> Trees, IReadOnlyList<TrainingRow> Rows, int First, int Start, int End)
{
    private const int WarmUp = 40;
    private static readonly double[] Cuts = [0.4, 0.6, 0.8, 1];

    /// <summary>Target less backbone, rows First to End.</summary>
    public required double[] Innovations { get; init; }

    /// <summary>Raw tree scores of the same rows; zeros without trees.</summary>
    public double[] TreeScores => field ??= Trees.Value is { } trees ? ResidualTrees.Score(trees, Window) : new double[End - First];

    /// <summary>Rows First to End.</summary>
    public IReadOnlyList<TrainingRow> Window => new ArraySegment<TrainingRow>((TrainingRow[])Rows, First, End - First);

    /// <summary>How many rows of the window only warm up.</summary>
    public int Warm => Start - First;

    /// <summary>Forward chaining: each fold is fitted on what was known before its first judged sample was taken.</summary>
    public static IReadOnlyList<ForwardFold> Make(SurrogateDesign design, TrainingRow[] rows, double[] targets, LearningOptions options)
    {
        var folds = new List<ForwardFold>();
        for (int k = 0; k + 1 < Cuts.Length; k++)
        {
            int start = (int)(Cuts[k] * rows.Length), end = (int)(Cuts[k + 1] * rows.Length);
            int known = start;
            while (known > 0 && rows[known - 1].KnownAt > rows[start].SampledAt)
            {
                known--;
            }

            if (known < BackboneFit.FewestRows || end <= start)
            {
                continue;
            }

            var earlier = new ArraySegment<TrainingRow>(rows, 0, known);
            var fit = BackboneFit.Fit(design, earlier, targets[..known], options);
            var trees = new Lazy<TreeEnsemble?>(() => known >= 4 * options.MinimumRowsPerLeaf ? ResidualTrees.Fit(earlier, fit.Residuals, options) : null);
            int first = Math.Max(0, start - WarmUp);
            var window = new ArraySegment<TrainingRow>(rows, first, end - first);
            var terms = new double[fit.Backbone.TermCount];
            folds.Add(new ForwardFold(fit, trees, rows, first, start, end)
            {
                Innovations = [.. window.Select((r, n) =>
                {
                    fit.Backbone.Standardise(r.Inputs, terms);
                    return targets[first + n] - fit.Backbone.Mean(terms);
                })],
            });
        }

        return folds;
    }
}
