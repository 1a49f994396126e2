using System.Runtime.Intrinsics;

namespace Optimizer.Surrogates;

/// <summary>The known evaluators, and the choice among them.</summary>
public static class EnsembleEvaluators
{
    /// <summary>Names that <see cref="Create"/> accepts, slowest first where the machine has their vectors. All answer the same to the last bit.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [ScalarEvaluator.KernelName, Lanes128.KernelName, Lanes256.KernelName, Lanes512.KernelName, BitSlicedEvaluator.KernelName];

    /// <summary>
    /// Compiles <paramref name="ensemble"/> for evaluation: the evaluator that <see cref="Choose"/> names, or the one
    /// named by <paramref name="forced"/> whatever the machine.
    /// </summary>
    /// <exception cref="ArgumentException">An unknown name, or a malformed ensemble, see <see cref="EnsembleChecks.Validate"/>.</exception>
    public static IEnsembleEvaluator Create(TreeEnsemble ensemble, string? forced = null)
    {
        ArgumentNullException.ThrowIfNull(ensemble);
        string name = forced ?? Choose([ensemble]).Name;
        return name switch
        {
            _ when name == ScalarEvaluator.KernelName => new ScalarEvaluator(ensemble),
            _ when name == Lanes128.KernelName => new SplitListEvaluator(ensemble, 128),
            _ when name == Lanes256.KernelName => new SplitListEvaluator(ensemble, 256),
            _ when name == Lanes512.KernelName => new SplitListEvaluator(ensemble, 512),
            _ when name == BitSlicedEvaluator.KernelName => new BitSlicedEvaluator(ensemble),
            _ => throw Unknown(name),
        };
    }

    /// <summary>Compiles several ensembles over the same columns, to be scored together; the choice is made as in <see cref="Create"/>.</summary>
    /// <exception cref="ArgumentException">An unknown name, or a malformed ensemble, see <see cref="EnsembleChecks.Validate"/>.</exception>
    public static EnsembleGroup CreateGroup(IReadOnlyList<TreeEnsemble> ensembles, string? forced = null)
    {
        ArgumentNullException.ThrowIfNull(ensembles);
        foreach (var ensemble in ensembles)
        {
            EnsembleChecks.Validate(ensemble);
        }

        TreeEnsemble[] own = [.. ensembles];
        string name = forced ?? Choose(own).Name;
        return new EnsembleGroup(own, name switch
        {
            _ when name == ScalarEvaluator.KernelName => new ScalarGroup(own),
            _ when name == Lanes128.KernelName => new SplitListGroup(own, 128),
            _ when name == Lanes256.KernelName => new SplitListGroup(own, 256),
            _ when name == Lanes512.KernelName => new SplitListGroup(own, 512),
            _ when name == BitSlicedEvaluator.KernelName => new BitSlicedGroup(own),
            _ => throw Unknown(name),
        });
    }

    /// <summary>The fastest evaluator for this machine and the shape of these ensembles.</summary>
    public static EvaluatorChoice Choose(IReadOnlyList<TreeEnsemble> ensembles)
    {
        ArgumentNullException.ThrowIfNull(ensembles);
        if (!Vector128.IsHardwareAccelerated)
        {
            return new(ScalarEvaluator.KernelName, "no vector instructions");
        }

        long trees = ensembles.Sum(ensemble => (long)ensemble.TreeCount);
        long splits = ensembles.Sum(ensemble => (long)ensemble.Feature.Length);

        // Trees beyond byte labels are walked anyway; when the average tree is one, ranking the block first is lost work.
        if (splits > trees * SplitList.MaxLeaves)
        {
            return new(ScalarEvaluator.KernelName, $"{splits} splits in {trees} trees: more than {SplitList.MaxLeaves} leaves in an average tree");
        }

        return LabelTranspose.IsAccelerated ? new(BitSlicedEvaluator.KernelName, "AVX-512 and GFNI")
            : Vector512.IsHardwareAccelerated ? new(Lanes512.KernelName, "AVX-512 without GFNI")
            : Vector256.IsHardwareAccelerated ? new(Lanes256.KernelName, "vectors of 256 bits")
            : new(Lanes128.KernelName, "vectors of 128 bits");
    }

    private static ArgumentException Unknown(string name) =>
        new($"Found evaluator '{name}', expected one of: {string.Join(", ", Names)}.", "forced");
}
