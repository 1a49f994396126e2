using System.Collections;
using System.Reflection;
using System.Text;
using Optimizer.Alignment;
using Optimizer.Learning.Store;
using Optimizer.Learning.Tests.Backbones;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Learning.Tests.Store;

public sealed class ModelStoreTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static readonly ProcessUnit Unit = new()
    {
        Name = "U1",
        Gateway = "gw-1",
        Tags = [new Tag("y", "%", 0, 100, null) { Noise = 0.1 }, new Tag("b", "%", 0, 100, null)],
        ManipulatedVariables = [SurrogateTrainerTests.Variable("a")],
        DisturbanceVariables = [new DisturbanceVariable("b", "b", "%", TimeSpan.FromHours(1))],
        ControlledVariables =
        [
            new ControlledVariable("y", "y", "%", null, TimeSpan.FromHours(24))
            {
                Signals = [new TagWindow("s", "b", TimeSpan.Zero, TimeSpan.FromHours(1), WindowStatistic.Mean)],
            },
        ],
    };

    private static readonly SurrogateDesign[] Designs = [new("y", [BackboneTerm.Linear("a", 0), BackboneTerm.Linear("b", 1)], [])];

    private readonly string _folder = Directory.CreateTempSubdirectory("models-").FullName;

    private int _copies;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void StoredModel_ComesBackToTheLastBit()
    {
        var set = Trained(1);
        Assert.NotEmpty(set.Surrogates[0].Bags);
        Assert.NotNull(set.Surrogates[0].SoftSensor);
        using var store = Open();
        store.Add(set, At);

        var loaded = store.Load(1);

        AssertSame(set, loaded, "set");
        double[] means = Predict(set), again = Predict(loaded);
        Assert.Equal(means, again);
    }

    [Fact]
    public void Rollback_ReturnsToTheChampionBefore()
    {
        using var store = Open();
        for (int version = 1; version <= 3; version++)
        {
            store.Add(Trained(version), At);
            store.Promote(version, At, "optimizer", null);
        }

        Assert.Equal(2, store.Rollback(At, "anna", "worse at night").Version);
        Assert.Equal(1, store.Rollback(At, "anna", null).Version);
        Assert.Contains("only one that was ever promoted", Assert.Throws<ModelException>(() => store.Rollback(At, "anna", null)).Message, StringComparison.Ordinal);
        Assert.Equal([(3, ModelState.Retired), (2, ModelState.Retired), (1, ModelState.Champion)], store.List().Select(m => (m.Version, m.State)));
        Assert.Equal(("anna", ModelFate.RolledBack), (store.LastChange()!.By, store.LastChange()!.Fate));
    }

    [Fact]
    public void ModelWithObjections_CannotBePromoted()
    {
        using var store = Open();
        var set = Trained(1);
        var bad = set.Surrogates[0] with { Card = set.Surrogates[0].Card with { Unusable = "gain of a is -1 +- 0.1, declared positive" } };
        store.Add(set with { Surrogates = [bad] }, At);

        Assert.Contains("must not steer: y: gain of a is -1", Assert.Throws<ModelException>(() => store.Promote(1, At, "anna", null)).Message, StringComparison.Ordinal);
        Assert.Null(store.Champion);
        Assert.Equal(ModelState.Refused, store.List()[0].State);
    }

    [Fact]
    public void EveryAlteredByteOfEveryFile_IsFound()
    {
        using var store = Open();
        store.Add(Trained(1), At);
        string folder = Path.Combine(_folder, "models", "000001");
        foreach (string file in Directory.GetFiles(folder))
        {
            byte[] whole = File.ReadAllBytes(file);
            for (int n = 0; n < whole.Length; n += Math.Max(1, whole.Length / 60))
            {
                byte[] altered = [.. whole];
                altered[n] ^= 1;
                File.WriteAllBytes(file, altered);
                Assert.Throws<ModelException>(() => store.Load(1));
            }

            File.WriteAllBytes(file, whole[..^1]);
            Assert.Throws<ModelException>(() => store.Load(1));
            File.WriteAllBytes(file, whole);
        }

        Assert.Equal(1, store.Load(1).Version);
        File.WriteAllText(Path.Combine(folder, "extra.dll"), "x");
        Assert.Contains("extra.dll", Assert.Throws<ModelException>(() => store.Load(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ModelOfAnotherKeySiteOrDesign_IsRefusedByName()
    {
        using (var store = Open())
        {
            store.Add(Trained(1), At);
        }

        using var moved = ModelStore.Open(_folder, "elsewhere", Unit, Designs);
        Assert.Contains("of site here, expected model 1 of elsewhere", Assert.Throws<ModelException>(() => moved.Load(1)).Message, StringComparison.Ordinal);
        using var fewer = ModelStore.Open(_folder, "here", Unit, [Designs[0] with { Terms = [BackboneTerm.Linear("a", 0)] }]);
        Assert.Contains("the site declares a", Assert.Throws<ModelException>(() => fewer.Load(1)).Message, StringComparison.Ordinal);
        using var other = ModelStore.Open(_folder, "here", Unit with { DisturbanceVariables = [] }, Designs);
        Assert.Contains("the inputs a, b; the site has a", Assert.Throws<ModelException>(() => other.Load(1)).Message, StringComparison.Ordinal);

        File.Delete(Path.Combine(_folder, "models", "key.pem"));
        using var strange = Open();
        Assert.Contains("this store trusts", Assert.Throws<ModelException>(() => strange.Load(1)).Message, StringComparison.Ordinal);
        Assert.Equal(ModelState.Unsound, strange.List()[0].State);
    }

    [Fact]
    public void PowerCutBeforeAnyStep_LeavesAChampionThatLoads()
    {
        using (var store = Open())
        {
            store.Add(Trained(1), At);
            store.Promote(1, At, "optimizer", null);
        }

        var steps = new List<string>();
        using (var counted = ModelStore.Open(Copy(), "here", Unit, Designs, steps.Add))
        {
            counted.Add(Trained(2), At);
            counted.Promote(2, At, "optimizer", null);
        }

        Assert.True(steps.Count >= 8, string.Join(", ", steps));
        for (int cut = 0; cut < steps.Count; cut++)
        {
            int left = cut;
            string data = Copy();
            using (var dying = ModelStore.Open(data, "here", Unit, Designs, step => { if (left-- == 0) { throw new PowerCut(step); } }))
            {
                Assert.Throws<PowerCut>(() =>
                {
                    dying.Add(Trained(2), At);
                    dying.Promote(2, At, "optimizer", null);
                });
            }

            using var risen = ModelStore.Open(data, "here", Unit, Designs);
            Assert.Contains(risen.Champion!.Value, new[] { 1, 2 });
            Assert.Equal(risen.Champion, risen.Load(risen.Champion.Value).Version);
            // And it goes on: the next model is stored, promoted and rolled back.
            int next = risen.LastVersion + 1;
            int before = risen.Champion.Value;
            risen.Add(Trained(next), At);
            risen.Promote(next, At, "optimizer", null);
            Assert.Equal(before, risen.Rollback(At, "anna", null).Version);
        }
    }

    [Fact]
    public void PowerCutWithinARollback_IsNeverTakenForAPromotion()
    {
        using (var store = Open())
        {
            for (int version = 1; version <= 3; version++)
            {
                store.Add(Trained(version), At);
                store.Promote(version, At, "optimizer", null);
            }
        }

        for (int cut = 0; cut < 3; cut++)
        {
            int left = cut;
            string data = Copy();
            using (var dying = ModelStore.Open(data, "here", Unit, Designs, step => { if (left-- == 0) { throw new PowerCut(step); } }))
            {
                Assert.Throws<PowerCut>(() => dying.Rollback(At, "anna", null));
            }

            using var risen = ModelStore.Open(data, "here", Unit, Designs);
            Assert.Equal(3, risen.Champion);
            Assert.Equal(2, risen.Rollback(At, "anna", null).Version);
            Assert.Equal(1, risen.Rollback(At, "anna", null).Version);
        }
    }

    [Fact]
    public void OldModels_GoButNotTheChampionNorTheOneBefore()
    {
        using var store = Open();
        var set = Trained(1);
        for (int version = 1; version <= 26; version++)
        {
            store.Add(set with { Version = version }, At);
            if (version <= 2)
            {
                store.Promote(version, At, "optimizer", null);
            }
        }

        int[] kept = [.. store.List().Select(m => m.Version)];
        Assert.Equal(22, kept.Length);
        Assert.Contains(1, kept);
        Assert.Contains(2, kept);
        Assert.DoesNotContain(3, kept);
        Assert.Equal(26, store.LastVersion);
    }

    private ModelStore Open() => ModelStore.Open(_folder, "here", Unit, Designs);

    private string Copy()
    {
        string target = Path.Combine(_folder, $"copy-{_copies++}");
        foreach (string file in Directory.GetFiles(Path.Combine(_folder, "models"), "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(target, Path.GetRelativePath(_folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return target;
    }

    // Trees and a soft sensor, so that every part of a surrogate is there.
    private static SurrogateSet Trained(int version)
    {
        var random = new Random(11);
        double level = 0;
        var rows = BackboneFitTests.Data.Make(3, 400, 0.2, x => x[1] > 0.3 ? 2 : -1).Rows.Select(r =>
        {
            level = (0.9 * level) + (0.8 * (random.NextDouble() - 0.5));
            return r with { Target = r.Target + level, Signals = [(3 * level) + random.NextDouble()] };
        }).ToList();
        var trainer = new SurrogateTrainer(Unit, Designs, new LearningOptions());
        return trainer.Train([new TrainingSet("y", rows, new Dictionary<string, int> { ["quality not good"] = 3 })], [10, 5], version, At) with { Grade = 4 };
    }

    private static double[] Predict(SurrogateSet set)
    {
        var predictor = new Predictor(set, [10, 5], [LevelState.Fresh(set.Surrogates[0])], At);
        double[][] means = [new double[50]], gains = [new double[50]], levels = [new double[50]];
        predictor.Predict([.. Enumerable.Range(0, 50).Select(n => new[] { 8 + (0.1 * n), 3 + (0.09 * n) })], means, gains, levels);
        return [.. means[0], .. gains[0], .. levels[0]];
    }

    // Every public property, however deep: what is added to a surrogate and not stored is found here.
    private static void AssertSame(object? expected, object? actual, string where)
    {
        if (expected is null || expected is string || expected.GetType().IsPrimitive || expected is DateTimeOffset or TimeSpan or Delegate or Enum or System.Linq.Expressions.Expression)
        {
            Assert.True(Equals(expected, actual), $"{where}: {expected} stored, {actual} loaded");
            return;
        }

        if (expected is IEnumerable list)
        {
            object?[] a = [.. list.Cast<object?>()], b = [.. ((IEnumerable)actual!).Cast<object?>()];
            Assert.True(a.Length == b.Length, $"{where}: {a.Length} stored, {b.Length} loaded");
            for (int n = 0; n < a.Length; n++)
            {
                AssertSame(a[n], b[n], $"{where}[{n}]");
            }

            return;
        }

        foreach (var field in expected.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            AssertSame(field.GetValue(expected), field.GetValue(actual), $"{where}.{field.Name}");
        }

        foreach (var property in expected.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0))
        {
            AssertSame(property.GetValue(expected), property.GetValue(actual), $"{where}.{property.Name}");
        }
    }

    private sealed class PowerCut(string step) : Exception(step);
}
