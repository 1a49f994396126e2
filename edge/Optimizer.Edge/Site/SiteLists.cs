using Optimizer.Objectives;
using Optimizer.Plant;

namespace Optimizer.Edge.Site;

/// <summary>The repeated parts of a site file, one reader each.</summary>
internal static class SiteLists
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    public static TagForm Tag(SiteNode node, Func<string?, TimeSpan?> period)
    {
        var lab = node.Object("lab", required: false);
        string? source = node.Has("source") ? node.Text("source") : null;
        if ((lab is null) == (source is null))
        {
            node.Wrong("either \"source\" (online) or \"lab\" (a result)", lab is null ? "neither" : "both");
        }

        var (low, high) = node.Range("range");
        bool onChange = node.Flag("onChange");
        string? via = node.Has("via") ? node.Text("via") : null;
        var standard = period(via);
        var own = node.Duration("period", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(24), standard ?? TimeSpan.FromMinutes(1));
        onChange |= standard is null && !node.Has("period");
        var form = new TagForm(
            node.Path, SiteReader.Name(node, "name"), source, lab?.Text("samplePoint"), lab?.Text("analyte"), node.Text("unit"), low, high,
            lab is not null || onChange ? null : own,
            node.Number("noise", 0, 1e9, 0), node.Flag("critical"), node.Flag("steadyKey"))
        {
            Via = via,
            AllowStringNumbers = node.Has("allowStringNumbers") ? node.Flag("allowStringNumbers") : null,
            States = node.Object("states", required: false)?.Entries().ToDictionary(e => e.Name, e => e.Node.AsNumber(), StringComparer.Ordinal) ?? [],
            VectorLength = node.Has("vectorLength") ? node.Integer("vectorLength", 1, 5000, 1) : null,
        };
        lab?.NothingElse();
        if (form.SteadyKey && form.Noise <= 0)
        {
            node.WrongAt("noise", "a noise above 0 on a steadyKey tag: without it rest cannot be told from motion", "0");
        }

        node.NothingElse();
        return form;
    }

    public static RunningForm? Running(SiteNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var form = new RunningForm(node.Path, node.Text("tag"), node.Number("equals", -1e9, 1e9), node.Duration("settling", TimeSpan.Zero, TimeSpan.FromDays(2), TimeSpan.FromMinutes(30)));
        node.NothingElse();
        return form;
    }

    /// <summary>The part of a manipulated variable that says where its live setpoint comes back; read before the rest, which checks for what is left over.</summary>
    public static ReadbackForm Readback(SiteNode node)
    {
        string setpoint = node.Has("setpoint") ? node.Text("setpoint") : node.Text("name") + ".SP";
        return new ReadbackForm(node.Path, node.Has("source") ? node.Text("source") : "sp/" + setpoint, node.Has("via") ? node.Text("via") : null)
        {
            WriteTo = node.Has("writeTo") ? node.Text("writeTo") : null,
        };
    }

    /// <param name="settledWithin">What holds where the variable says nothing of its own.</param>
    public static ManipulatedVariable Manipulated(SiteNode node, double settledWithin)
    {
        string name = SiteReader.Name(node, "name");
        var (engineeringLow, engineeringHigh) = node.Range("engineering");
        var (operatorLow, operatorHigh) = node.Range("operator");
        double span = engineeringHigh - engineeringLow;
        if (operatorLow < engineeringLow || operatorHigh > engineeringHigh)
        {
            node.WrongAt("operator", FormattableString.Invariant($"limits inside the engineering limits [{engineeringLow}, {engineeringHigh}]"),
                FormattableString.Invariant($"[{operatorLow}, {operatorHigh}]"));
        }

        double widest = double.IsFinite(span) ? span : 1e9;
        double maxMove = node.Number("maxMove", 0, widest, 0.01 * widest);
        double perEight = node.Number("travel8h", 0, 100 * widest, 0.05 * widest);
        var variable = new ManipulatedVariable
        {
            Name = name,
            SetpointTag = node.Has("setpoint") ? SiteReader.Name(node, "setpoint") : name + ".SP",
            EngineeringUnit = node.Text("unit"),
            EngineeringLow = engineeringLow,
            EngineeringHigh = engineeringHigh,
            OperatorLow = operatorLow,
            OperatorHigh = operatorHigh,
            MaxMove = maxMove,
            Deadband = node.Number("deadband", 0, widest, 0.0025 * widest),
            MaxTravelPer8Hours = perEight,
            MaxTravelPer24Hours = node.Number("travel24h", 0, 100 * widest, 3 * perEight),
            RampPerMinute = node.Number("rampPerMinute", 1e-9, 1e9, 0.005 * widest),
            Lag = node.Duration("lag", TimeSpan.Zero, TimeSpan.FromDays(10)),
            Dwell = node.Duration("dwell", TimeSpan.FromMinutes(10), TimeSpan.FromDays(10), TimeSpan.FromHours(1)),
            Tolerance = node.Number("tolerance", 0, widest, 0.0025 * widest),
            SettledWithin = node.Number("settledWithin", 0.001, 1, settledWithin),
        };
        if (variable.Deadband > variable.MaxMove)
        {
            node.WrongAt("deadband", FormattableString.Invariant($"not above the maxMove of {variable.MaxMove}, or nothing ever moves"), FormattableString.Invariant($"{variable.Deadband}"));
        }

        node.NothingElse();
        return variable;
    }

    public static DisturbanceForm Disturbance(SiteNode node)
    {
        var form = new DisturbanceForm(node.Path, SiteReader.Name(node, "name"), node.Text("tag"), node.Duration("window", Moment, Month, TimeSpan.FromHours(1)),
            node.Duration("lag", TimeSpan.Zero, Day, TimeSpan.Zero), Statistic(node));
        node.NothingElse();
        return form;
    }

    public static SignalForm Signal(SiteNode node)
    {
        var form = new SignalForm(
            node.Path, SiteReader.Name(node, "name"), node.Text("tag"), node.Duration("lag", TimeSpan.Zero, Day, TimeSpan.Zero),
            node.Duration("window", Moment, Month, TimeSpan.FromHours(1)), Statistic(node));
        node.NothingElse();
        return form;
    }

    public static CampaignForm? Campaign(SiteNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var form = new CampaignForm(node.Path, node.Text("tag"), node.Duration("settling", TimeSpan.Zero, TimeSpan.FromDays(10), TimeSpan.FromHours(2)));
        node.NothingElse();
        return form;
    }

    public static FormulaForm Formula(SiteNode node, bool withUnit)
    {
        var form = new FormulaForm(node.Path, SiteReader.Name(node, "name"), withUnit ? node.Text("unit") : "", node.Text("expression"));
        node.NothingElse();
        return form;
    }

    public static IEnumerable<PriceForm> Prices(SiteNode? node)
    {
        foreach (var (name, price) in node?.Entries() ?? [])
        {
            var form = new PriceForm(
                price.Path, name, price.Number("value", -1e9, 1e9), price.Text("unit"), price.Has("tag") ? price.Text("tag") : null,
                price.Duration("window", Moment, Month, TimeSpan.FromHours(1)));
            price.NothingElse();
            if (!SiteReader.Identifier().IsMatch(name))
            {
                price.Wrong("a name of letters, digits and _ . : - starting with a letter or digit, at most 128", $"the name \"{name}\"");
            }

            yield return form;
        }
    }

    public static ObjectiveForm Objective(SiteNode node)
    {
        var form = new ObjectiveForm(
            node.Path, SiteReader.Name(node, "name"), node.Text("quantity"), node.Choice("direction", false, ("minimise", false), ("maximise", true)),
            node.Number("minimumBenefit", 0, 1e9, 0));
        node.NothingElse();
        return form;
    }

    public static ConstraintForm Constraint(SiteNode node)
    {
        bool lower = node.Has("atLeast");
        if (lower == node.Has("atMost"))
        {
            node.Wrong("exactly one of \"atMost\" and \"atLeast\"", lower ? "both" : "neither");
        }

        var form = new ConstraintForm(
            node.Path, node.Text("name"), node.Text("subject"), lower ? node.Number("atLeast", -1e9, 1e9) : node.Number("atMost", -1e9, 1e9, double.NaN), lower,
            node.Choice("class", ConstraintClass.Specification, ("safety", ConstraintClass.Safety), ("specification", ConstraintClass.Specification), ("preference", ConstraintClass.Preference)),
            node.Number("sigmas", 0, 6, 0), node.Flag("yield"), node.Number("weight", 0, 1e9, 0));
        node.NothingElse();
        return form;
    }

    private static WindowStatistic Statistic(SiteNode node) =>
        node.Choice("statistic", WindowStatistic.Mean, ("mean", WindowStatistic.Mean), ("slope", WindowStatistic.Slope), ("deviation", WindowStatistic.Deviation));
}
