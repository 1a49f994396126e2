using Optimizer.Alignment;
using Optimizer.Cycle;
using Optimizer.Edge.Line;
using Optimizer.Learning;
using Optimizer.Learning.Store;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Edge.Tests.Line;

/// <summary>What a worker does with its store: start from the champion, keep what it learns, follow a person.</summary>
public sealed class ModelShelfTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static readonly ProcessUnit Unit = new()
    {
        Name = "U1",
        Gateway = "gw-1",
        Tags = [new Tag("y", "%", 0, 100, null)],
        ManipulatedVariables = [],
        DisturbanceVariables = [new DisturbanceVariable("b", "y", "%", TimeSpan.FromHours(1))],
        ControlledVariables = [new ControlledVariable("y", "y", "%", null, TimeSpan.FromHours(24))],
    };

    private static readonly SurrogateDesign[] Designs = [new("y", [BackboneTerm.Linear("b", 0)], [])];

    private readonly string _folder = Directory.CreateTempSubdirectory("shelf-").FullName;
    private readonly List<string> _said = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EmptyStore_LearnsFromTheLineAndSaysSo()
    {
        using var store = Open();

        Assert.Null(Shelf(store).Load());
        Assert.Contains("none stored", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public void AdoptedSet_IsTheChampionAfterARestart()
    {
        using (var store = Open())
        {
            var shelf = Shelf(store);
            shelf.Load();
            shelf.Keep(new SurrogatesAdopted(At, Set(1)));
            shelf.Keep(new ChallengerEntered(At, Set(2)));
            shelf.Keep(new ChallengerRefused(At, Set(2), "squared error 1.40 of the champion's"));
            shelf.Keep(new ChallengerEntered(At, Set(3)));
            shelf.Keep(new SurrogatesAdopted(At, Set(3)) { Why = "squared error 0.90 of the champion's" });
        }

        using var again = Open();
        var loaded = Shelf(again).Load();
        Assert.Equal((3, Set(3).Hash), (loaded!.Version, loaded.Hash));
        Assert.Contains("version 3 loaded", _said[^1], StringComparison.Ordinal);
        Assert.Equal(
            [(3, ModelState.Champion), (2, ModelState.Refused), (1, ModelState.Retired)], again.List().Select(m => (m.Version, m.State)));
    }

    [Fact]
    public void AlteredChampion_IsNotLoadedAndTheWorkerStartsWithout()
    {
        using var store = Open();
        Shelf(store).Keep(new SurrogatesAdopted(At, Set(1)));
        File.AppendAllText(Path.Combine(_folder, "models", "000001", "card.md"), "better than it is");

        Assert.Null(Shelf(store).Load());
        Assert.Contains("card.md hashes to", _said[^1], StringComparison.Ordinal);
        Assert.Contains("starting without", _said[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void PersonWhoRollsBack_IsFollowedOnce()
    {
        using var store = Open();
        var shelf = Shelf(store);
        shelf.Load();
        shelf.Keep(new SurrogatesAdopted(At, Set(1)));
        shelf.Keep(new SurrogatesAdopted(At, Set(2)));
        Assert.Null(shelf.Follow());

        using (var elsewhere = Open())
        {
            elsewhere.Rollback(At, "anna", "worse at night");
        }

        var followed = shelf.Follow();
        Assert.Equal(1, followed!.Value.Set.Version);
        Assert.Equal("rolled back by anna: worse at night", followed.Value.Why);
        Assert.Null(shelf.Follow());
        // What the loop then says it adopted is no new model.
        shelf.Keep(new SurrogatesAdopted(At, followed.Value.Set));
        Assert.Equal(1, store.Champion);
        Assert.Equal(2, store.List().Count);
    }

    [Fact]
    public void VersionTakenMeanwhile_DoesNotMakeTheOtherModelChampion()
    {
        using var store = Open();
        var shelf = Shelf(store);
        shelf.Load();
        shelf.Keep(new SurrogatesAdopted(At, Set(1)));
        using (var elsewhere = Open())
        {
            elsewhere.Add(Set(40) with { Version = 2 }, At);
        }

        shelf.Keep(new SurrogatesAdopted(At, Set(2)));

        Assert.Equal(Set(2).Hash, store.Load(store.Champion!.Value).Hash);
        Assert.Equal(3, store.Champion);
        Assert.Null(shelf.Follow());
    }

    [Fact]
    public void StoreHeldByAnother_IsTriedAgainAtTheNextTick()
    {
        using var store = Open();
        var shelf = Shelf(store);
        shelf.Load();
        using (new FileStream(Path.Combine(_folder, "models", "store.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            shelf.Keep(new SurrogatesAdopted(At, Set(1)));
            Assert.Null(shelf.Follow());
            Assert.Contains("not stored yet", _said[^1], StringComparison.Ordinal);
        }

        Assert.Null(shelf.Follow());
        Assert.Equal(1, store.Champion);
    }

    [Fact]
    public void SetWithObjections_IsKeptAndNeverChampion()
    {
        using var store = Open();
        var set = Set(1);
        var objected = set with { Surrogates = [set.Surrogates[0] with { Card = set.Surrogates[0].Card with { Unusable = "gain of b has the wrong sign" } }] };

        Shelf(store).Keep(new SurrogatesAdopted(At, objected));

        Assert.Null(store.Champion);
        Assert.Equal(ModelState.Refused, Assert.Single(store.List()).State);
    }

    private ModelStore Open() => ModelStore.Open(_folder, "here", Unit, Designs);

    private ModelShelf Shelf(ModelStore store) => new(store) { Warned = _said.Add };

    private static SurrogateSet Set(int version)
    {
        var random = new Random(version);
        TrainingRow[] rows = [.. Enumerable.Range(0, 60).Select(n =>
        {
            double b = random.NextDouble();
            return new TrainingRow(At.AddHours(2 * n), At.AddHours((2 * n) + 1), [b], 50 + b + (0.1 * random.NextDouble()));
        })];
        return new SurrogateTrainer(Unit, Designs, new LearningOptions()).Train([new TrainingSet("y", rows, new Dictionary<string, int>())], [0.5], version, At);
    }
}
