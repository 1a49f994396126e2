using System.Runtime.Intrinsics;

namespace Optimizer.Surrogates;

/// <summary>The known evaluators, and the choice among them.</summary>
public static class EnsembleEvaluators
{
    /// <summary>Names that <see cref="Create"/> accepts, slowest first. All answer the same to the last bit.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [ScalarEvaluator.KernelName, Lanes128.KernelName, Lanes256.KernelName, Lanes512.KernelName, BitSlicedEvaluator.KernelName];

    /// <summary>
    /// Compiles <paramref name="ensemble"/> for evaluation: the widest vectors this machine runs at full speed, or
    /// the evaluator named by <paramref name="forced"/> whatever the machine.
    /// </summary>
    /// <exception cref="ArgumentException">An unknown name, or a malformed ensemble, see <see cref="EnsembleChecks.Validate"/>.</exception>
    public static IEnsembleEvaluator Create(TreeEnsemble ensemble, string? forced = null)
    {
        string name = forced ?? Choose(ensemble);
        return name switch
        {
            _ when name == ScalarEvaluator.KernelName => new ScalarEvaluator(ensemble),
            _ when name == Lanes128.KernelName => new SplitListEvaluator(ensemble, 128),
            _ when name == Lanes256.KernelName => new SplitListEvaluator(ensemble, 256),
            _ when name == Lanes512.KernelName => new SplitListEvaluator(ensemble, 512),
            _ when name == BitSlicedEvaluator.KernelName => new BitSlicedEvaluator(ensemble),
            _ => throw new ArgumentException($"Found evaluator '{name}', expected one of: {string.Join(", ", Names)}.", nameof(forced)),
        };
    }

    private static string Choose(TreeEnsemble ensemble)
    {
        ArgumentNullException.ThrowIfNull(ensemble);
        if (!Vector128.IsHardwareAccelerated || MostlyWide(ensemble))
        {
            return ScalarEvaluator.KernelName;
        }

        return LabelTranspose.IsAccelerated && Vector512.IsHardwareAccelerated ? BitSlicedEvaluator.KernelName
            : Vector512.IsHardwareAccelerated ? Lanes512.KernelName
            : Vector256.IsHardwareAccelerated ? Lanes256.KernelName
            : Lanes128.KernelName;
    }

    // Trees beyond byte labels are walked anyway; when the average tree is one, ranking the block first is lost work.
    private static bool MostlyWide(TreeEnsemble ensemble) => ensemble.Feature.Length > (long)ensemble.TreeCount * SplitList.MaxLeaves;
}
