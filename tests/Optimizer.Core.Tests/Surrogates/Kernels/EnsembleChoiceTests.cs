using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Optimizer.Surrogates;
using Xunit;

namespace Optimizer.Tests.Surrogates.Kernels;

public class EnsembleChoiceTests
{
    [Fact]
    public void NothingForced_TheWidestAcceleratedKernelIsChosen()
    {
        var ensemble = RandomEnsembles.Create(seed: 1, features: 3, trees: 4, maxLeaves: 8, thresholds: 9);
        string expected = Vector512.IsHardwareAccelerated && Gfni.V512.IsSupported ? "bit-sliced-512"
            : Vector512.IsHardwareAccelerated ? "split-list-512"
            : Vector256.IsHardwareAccelerated ? "split-list-256"
            : Vector128.IsHardwareAccelerated ? "split-list-128" : "scalar";
        Assert.Equal(expected, EnsembleEvaluators.Create(ensemble).Name);
    }

    [Fact]
    public void TreesMostlyTooWideForByteLabels_ScalarIsChosen()
    {
        var ensemble = RandomEnsembles.Create(seed: 1, features: 3, trees: 4, maxLeaves: 400, thresholds: 500, full: true);
        Assert.Equal("scalar", EnsembleEvaluators.Create(ensemble).Name);
    }

    [Fact]
    public void UnknownName_IsRefusedWithTheKnownNames()
    {
        var ensemble = RandomEnsembles.Create(seed: 1, features: 3, trees: 4, maxLeaves: 8, thresholds: 9);
        var refusal = Assert.Throws<ArgumentException>(() => EnsembleEvaluators.Create(ensemble, "gpu"));
        Assert.Contains("'gpu'", refusal.Message);
        Assert.All(EnsembleEvaluators.Names, name => Assert.Contains(name, refusal.Message));
    }

    [Fact]
    public void UnknownWidth_IsRefused()
    {
        var ensemble = RandomEnsembles.Create(seed: 1, features: 3, trees: 4, maxLeaves: 8, thresholds: 9);
        Assert.Contains("Found a vector width of 64", Assert.Throws<ArgumentException>(() => new SplitListEvaluator(ensemble, 64)).Message);
    }
}
