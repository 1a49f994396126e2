using CopperFoilLine;
using CopperFoilLine.Operators;
using CopperFoilLine.Scenes;
using Optimizer.Plant;
using Optimizer.Simulation;

namespace Optimizer.Edge.Simulated;

/// <summary>What a simulated foil plant is made from.</summary>
internal sealed record FoilPlantPlan
{
    public required ScenarioPlan Scenario { get; init; }

    public required int Seed { get; init; }

    /// <summary>Gateway id.</summary>
    public required string Gateway { get; init; }

    public Grade Grade { get; init; } = Grade.Named("LB-6");

    /// <summary>Least time between two values of a continuous tag; zero: each at its native period.</summary>
    public TimeSpan TelemetryPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How operators run the line before the run: one of <see cref="LineOperators.Kinds"/>.</summary>
    public string History { get; init; } = "excited";

    /// <summary>How long they do.</summary>
    public TimeSpan HistoryLasts { get; init; }

    /// <summary>From when on scenarios count their hours; null: from the end of that time.</summary>
    public TimeSpan? RunFrom { get; init; }

    /// <summary>The end of that time, in which they bring the line back to the hand point.</summary>
    public TimeSpan HomeLasts { get; init; } = TimeSpan.FromHours(24);
}

/// <summary>The simulated foil line behind its gateway and with its operators, as demo, simulate, trial and record run it.</summary>
internal sealed class FoilPlant : IPlant
{
    private readonly LineOperators? _operators;

    private FoilPlant(FoilPlantPlan plan)
    {
        Line = plan.Scenario.Build(new FoilLineOptions { Seed = plan.Seed, Grade = plan.Grade, TelemetryPeriod = plan.TelemetryPeriod }, plan.RunFrom ?? plan.HistoryLasts);
        Gateway = new PlantGateway(new GatewayOptions { Name = plan.Gateway, Tags = Tags(plan.Grade) });
        HistoryEnds = Line.Now + plan.HistoryLasts;
        _operators = plan.HistoryLasts > TimeSpan.Zero ? LineOperators.Create(plan.History, plan.Grade, plan.Seed, Line.Now, HistoryEnds - plan.HomeLasts) : null;
    }

    public FoilLine Line { get; }

    public PlantGateway Gateway { get; }

    /// <summary>Until then operators run the line by hand.</summary>
    public DateTimeOffset HistoryEnds { get; }

    /// <summary>What the operators wrote down.</summary>
    public OperatorLog? Log => _operators?.Log;

    /// <summary>Answers of the gateway to its own operators since somebody took them.</summary>
    public List<Acknowledgement> Vetoes { get; } = [];

    public DateTimeOffset Now => Line.Now;

    public IReadOnlyList<string> SetpointTags => Line.SetpointTags;

    private bool HandRun => _operators is not null && Now < HistoryEnds;

    public static FoilPlant Create(FoilPlantPlan plan) => new(plan);

    /// <summary>Setpoints by hand; null once the gateway has the line.</summary>
    public double[]? ByHand() => HandRun ? _operators!.At(Now) : null;

    /// <summary>Setpoints the line's own operators change at the gateway now.</summary>
    public IReadOnlyList<(string Tag, double Value)> Orders()
    {
        var orders = Line.TakeOrders();
        if (!HandRun)
        {
            return [.. orders.Select(o => (o.Tag, o.Value))];
        }

        foreach (var order in orders)
        {
            _operators!.Carry(order);
        }

        return [];
    }

    /// <summary>Lets time pass in virtual time: operators by hand or the gateway, then the plant; appends what became known.</summary>
    public void Advance(TimeSpan dt, ICollection<Sample> into)
    {
        if (ByHand() is { } setpoints)
        {
            Gateway.TakeOver(setpoints);
        }

        Step(dt, [.. Gateway.Setpoints]);
        foreach (var (tag, value) in Orders())
        {
            Vetoes.AddRange(Gateway.OperatorSet(tag, value, Now));
        }

        Read(into);
    }

    public void Step(TimeSpan dt, ReadOnlySpan<double> setpoints) => Line.Step(dt, setpoints);

    public void Read(ICollection<Sample> into)
    {
        if (!HandRun)
        {
            Line.Read(into);
            return;
        }

        var read = new List<Sample>();
        Line.Read(read);
        foreach (var sample in read)
        {
            _operators!.See(sample);
            into.Add(sample);
        }
    }

    // The gateway's own limits: the equipment's, not the site file's.
    private static GatewayTag[] Tags(Grade grade)
    {
        double[] hand = grade.Hand.ToArray();
        double[] rate = [50, 2.0 / 60, 5, 0.5 / 60, 0.6 / 60, 2.0 / 60, 0.05, 0.2, 0.05];
        double[] step = [200, 1, 3, 2, 2, 2, 0.3, 1, 0.3];
        double[] high = [6362, .. OperatingPoint.High.Skip(1)];
        return [.. FoilTags.Setpoints.Select((s, i) => new GatewayTag(s.Tag, s.EngineeringUnit, OperatingPoint.Low[i], high[i], rate[i], step[i], hand[i]))];
    }
}
