namespace Optimizer.Surrogates;

/// <summary>
/// Partial evaluation of a <see cref="TreeEnsemble"/> over a box of inputs: inputs that do not vary are fixed, and every
/// test that one side of the box cannot reach is decided once. What is left answers for every point of the box as the whole
/// ensemble does; a few percent of the nodes remain when only some inputs vary, and only within a move-limited box.
/// </summary>
public static class PartialEvaluation
{
    /// <param name="ensemble">A valid ensemble, see <see cref="EnsembleChecks.Validate"/>.</param>
    /// <param name="low">Lowest value of each feature, as the float the trees compare; NaN fixes a feature at NaN.</param>
    /// <param name="high">Highest value of each feature, at least <paramref name="low"/>; equal to it: fixed.</param>
    /// <param name="keepOrder">
    /// True: trees that became constant stay in place as single leaves (those before the first that varies go into the bias),
    /// so every score is bit-equal to the whole ensemble's. False: all constants are added into the bias in tree order, which
    /// changes the order of summation only: scores differ by at most <see cref="RoundingBound"/>.
    /// </param>
    /// <returns>An ensemble over the same features. Its answers outside the box mean nothing.</returns>
    /// <exception cref="ArgumentException">Bounds of another length than the features, a feature NaN on one side only, or low above high.</exception>
    public static TreeEnsemble Specialise(TreeEnsemble ensemble, ReadOnlySpan<float> low, ReadOnlySpan<float> high, bool keepOrder = false)
    {
        ArgumentNullException.ThrowIfNull(ensemble);
        CheckBox(ensemble, low, high);
        var pruner = new Pruner(ensemble, low.ToArray(), high.ToArray());
        double bias = ensemble.Bias;
        foreach (int root in ensemble.Roots)
        {
            int kept = pruner.Prune(root);
            if (kept < 0 && (!keepOrder || pruner.Roots.Count == 0))
            {
                bias += pruner.TakeLeaf();
            }
            else
            {
                pruner.Roots.Add(kept);
            }
        }

        return pruner.Build(bias);
    }

    /// <summary>
    /// Bound on how much two orders of summing the same bias and leaves can differ: 2 n u / (1 - n u) times the largest possible
    /// sum of magnitudes, n trees, u = 2^-53 (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2002, 4.2).
    /// </summary>
    public static double RoundingBound(TreeEnsemble ensemble)
    {
        ArgumentNullException.ThrowIfNull(ensemble);
        double magnitude = Math.Abs(ensemble.Bias);
        var open = new Stack<int>();
        foreach (int root in ensemble.Roots)
        {
            double largest = 0;
            open.Push(root);
            while (open.TryPop(out int node))
            {
                if (node < 0)
                {
                    largest = Math.Max(largest, Math.Abs(ensemble.LeafValue[~node]));
                    continue;
                }

                open.Push(ensemble.Left[node]);
                open.Push(ensemble.Right[node]);
            }

            magnitude += largest;
        }

        double share = ensemble.TreeCount * Math.ScaleB(1, -53);
        return 2 * share / (1 - share) * magnitude;
    }

    private static void CheckBox(TreeEnsemble ensemble, ReadOnlySpan<float> low, ReadOnlySpan<float> high)
    {
        if (low.Length != ensemble.FeatureCount || high.Length != ensemble.FeatureCount)
        {
            throw new ArgumentException($"Found a box of {low.Length} lows and {high.Length} highs, expected one each of {ensemble.FeatureCount} features.", nameof(low));
        }

        for (int f = 0; f < low.Length; f++)
        {
            bool fixedAtNaN = float.IsNaN(low[f]) && float.IsNaN(high[f]);
            if (!fixedAtNaN && !(low[f] <= high[f]))
            {
                throw new ArgumentException(FormattableString.Invariant($"Found feature {f} from {low[f]} to {high[f]}, expected low at most high, or NaN for both."), nameof(low));
            }
        }
    }

    // The box narrows on the way down, so that a test an ancestor has decided is not asked again.
    private sealed class Pruner(TreeEnsemble whole, float[] low, float[] high)
    {
        private readonly List<int> _feature = [], _left = [], _right = [];
        private readonly List<float> _threshold = [];
        private readonly List<double> _leaves = [];

        public List<int> Roots { get; } = new(whole.TreeCount);

        public double TakeLeaf()
        {
            double value = _leaves[^1];
            _leaves.RemoveAt(_leaves.Count - 1);
            return value;
        }

        public int Prune(int node)
        {
            while (node >= 0)
            {
                int feature = whole.Feature[node];
                float threshold = whole.Threshold[node];
                if (high[feature] <= threshold)
                {
                    node = whole.Left[node];
                }
                else if (!(low[feature] <= threshold))
                {
                    node = whole.Right[node];
                }
                else
                {
                    return Keep(node, feature, threshold);
                }
            }

            _leaves.Add(whole.LeafValue[~node]);
            return ~(_leaves.Count - 1);
        }

        private int Keep(int node, int feature, float threshold)
        {
            int kept = _feature.Count;
            _feature.Add(feature);
            _threshold.Add(threshold);
            _left.Add(0);
            _right.Add(0);
            float outer = high[feature];
            high[feature] = threshold;
            _left[kept] = Prune(whole.Left[node]);
            high[feature] = outer;
            outer = low[feature];
            low[feature] = MathF.BitIncrement(threshold);
            _right[kept] = Prune(whole.Right[node]);
            low[feature] = outer;
            return kept;
        }

        public TreeEnsemble Build(double bias) => new()
        {
            FeatureCount = whole.FeatureCount,
            Roots = [.. Roots],
            Feature = [.. _feature],
            Threshold = [.. _threshold],
            Left = [.. _left],
            Right = [.. _right],
            LeafValue = [.. _leaves],
            Bias = bias,
        };
    }
}
