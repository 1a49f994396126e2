using Optimizer.Alignment;
using Optimizer.Learning.Tests.Backbones;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Learning.Tests;

public class SurrogateTrainerTests
{
    private static readonly ProcessUnit Unit = new()
    {
        Name = "U1",
        Gateway = "gw-1",
        Tags = [new Tag("y", "%", 0, 100, null) { Noise = 0.1 }],
        ManipulatedVariables = [Variable("a")],
        DisturbanceVariables = [new DisturbanceVariable("b", "y", "%", TimeSpan.FromHours(1))],
        ControlledVariables = [new ControlledVariable("y", "y", "%", null, TimeSpan.FromHours(24))],
    };

    [Fact]
    public void SameData_GiveTheSameSurrogatesAndOtherDataAnother()
    {
        var set = Set(seed: 1, x => x[0]);

        Assert.Equal(Train(set).Hash, Train(set).Hash);
        Assert.NotEqual(Train(set).Hash, Train(Set(seed: 2, x => x[0])).Hash);
    }

    [Fact]
    public void StrongBend_IsLeftToTreesThatProveTheirSkill()
    {
        var surrogate = Train(Set(seed: 3, x => x[1] > 0.3 ? 2 : -1)).Surrogates[0];

        Assert.Equal(8, surrogate.Bags.Count);
        Assert.InRange(surrogate.ResidualWeight, 0.5, 1);
        Assert.True(surrogate.Card.TreeSkill > 0.2, $"skill {surrogate.Card.TreeSkill:F2}");
    }

    [Fact]
    public void PureNoise_GetsNoTrees()
    {
        int used = Enumerable.Range(10, 10).Count(seed => Train(Set(seed, _ => 0)).Surrogates[0].Bags.Count > 0);

        Assert.Equal(0, used);
    }

    [Fact]
    public void Card_SaysWhatAPersonMustKnow()
    {
        var card = Train(Set(seed: 4, x => 0.5 * x[0])).Surrogates[0].Card;

        Assert.Equal(400, card.Rows);
        Assert.Equal(3, card.Excluded["quality not good"]);
        Assert.InRange(card.Gains.Single(g => g.ManipulatedVariable == "a").Value, 0.4, 0.6);
        Assert.InRange(card.Coverage90, 0.8, 1);
        Assert.True(card.Rmse < card.LastValueRmse);
        Assert.Null(card.Unusable);
    }

    [Fact]
    public void BrokenSignContract_MakesTheSetObject()
    {
        var trainer = new SurrogateTrainer(Unit, [Design(new DeclaredGain(0, "a", 0.1, 1, 1))], new LearningOptions());

        var set = trainer.Train([Set(seed: 5, x => -0.8 * x[0])], [10, 5], 1, DateTimeOffset.UnixEpoch);

        Assert.Contains("gain of a", Assert.Single(set.Objections), StringComparison.Ordinal);
    }

    [Fact]
    public void InstrumentNoise_IsNotTakenForProductScatter()
    {
        var surrogate = Train(Set(seed: 6, x => 0, noise: 0.2)).Surrogates[0];

        Assert.InRange(surrogate.Scatter, 0.17, 0.22);
        // 0.2 in all, 0.1 of it the instrument's.
        Assert.InRange(surrogate.ProcessScatter, 0.15, 0.195);
    }

    private static SurrogateSet Train(TrainingSet set) => new SurrogateTrainer(Unit, [Design()], new LearningOptions()).Train([set], [10, 5], 1, DateTimeOffset.UnixEpoch);

    private static SurrogateDesign Design(params DeclaredGain[] gains) => new("y", [BackboneTerm.Linear("a", 0), BackboneTerm.Linear("b", 1)], gains);

    private static TrainingSet Set(int seed, Func<double[], double> truth, double noise = 0.3) =>
        new("y", BackboneFitTests.Data.Make(seed, 400, noise, truth).Rows, new Dictionary<string, int> { ["quality not good"] = 3 });

    internal static ManipulatedVariable Variable(string name) => new()
    {
        Name = name,
        SetpointTag = name + ".SP",
        EngineeringUnit = "1",
        EngineeringLow = 0,
        EngineeringHigh = 20,
        OperatorLow = 1,
        OperatorHigh = 19,
        MaxMove = 1,
        Deadband = 0.1,
        MaxTravelPer8Hours = 1,
        MaxTravelPer24Hours = 3,
        RampPerMinute = 1,
        Lag = TimeSpan.Zero,
        Dwell = TimeSpan.FromHours(1),
        Tolerance = 0.1,
    };
}
