using Optimizer.Plant;

namespace Optimizer.Edge.Site;

/// <summary>Reads one controlled variable: its measurement, the product that stands behind it, its terms, signals and gains.</summary>
internal static class SiteControlled
{
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    public static ControlledForm Read(SiteNode node)
    {
        var logarithmic = node.Object("logarithmic", required: false);
        var gains = node.Object("gains", required: false);
        var form = new ControlledForm(
            node.Path, SiteReader.Name(node, "name"), node.Text("tag"),
            node.Has("aggregate") ? node.Duration("aggregate", TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)) : null,
            node.Duration("biasTime", TimeSpan.FromMinutes(10), Month, TimeSpan.FromDays(1)),
            logarithmic?.Number("offset", 0, 1e9, 0), [.. node.List("terms").Select(t => t.AsText())],
            [.. gains?.Entries().Select(g => Gain(g.Name, g.Node)) ?? []])
        {
            SoftSensor = [.. node.List("softSensor", required: false, empty: true).Select(t => t.AsText())],
            DeadTime = DeadTime(node),
            Covers = Covers(node),
        };
        logarithmic?.NothingElse();
        node.NothingElse();
        return form;
    }

    private static DeadTime? DeadTime(SiteNode node)
    {
        if (!node.Has("deadTime"))
        {
            return null;
        }

        if (!node.IsObject("deadTime"))
        {
            return new DeadTime(node.Duration("deadTime", TimeSpan.Zero, Plant.DeadTime.Longest));
        }

        var way = node.Object("deadTime")!;
        var form = new DeadTime(way.Duration("otherwise", TimeSpan.Zero, Plant.DeadTime.Longest, TimeSpan.Zero))
        {
            Distance = way.Number("distance", 0, 1e6),
            SpeedTag = way.Text("speed"),
            SpeedWindow = way.Duration("window", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), TimeSpan.FromMinutes(5)),
        };
        way.NothingElse();
        return form;
    }

    private static Coverage? Covers(SiteNode node)
    {
        var (least, most) = (TimeSpan.FromSeconds(1), TimeSpan.FromDays(10));
        if (!node.Has("covers"))
        {
            return null;
        }

        if (!node.IsObject("covers"))
        {
            return new Coverage(node.Duration("covers", least, most), null);
        }

        var lot = node.Object("covers")!;
        var form = new Coverage(lot.Duration("atMost", least, most, TimeSpan.FromDays(1)), lot.Text("lot"));
        lot.NothingElse();
        return form;
    }

    private static GainForm Gain(string variable, SiteNode node)
    {
        var form = new GainForm(node.Path, variable, node.Number("value", -1e9, 1e9), node.Number("plusMinus", 1e-12, 1e9), node.Choice("sign", 0, ("+", 1), ("-", -1)));
        node.NothingElse();
        if (form.Sign != 0 && Math.Sign(form.Value) == -form.Sign)
        {
            node.WrongAt("value", $"a value that agrees with the sign {(form.Sign > 0 ? "+" : "-")}", FormattableString.Invariant($"{form.Value}"));
        }

        return form;
    }
}
