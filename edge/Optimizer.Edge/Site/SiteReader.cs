using System.Text.Json;
using System.Text.RegularExpressions;
using Optimizer.Plant;

namespace Optimizer.Edge.Site;

/// <summary>Reads a site file: JSON with comments and trailing commas. Collects every mistake of form and range.</summary>
internal static partial class SiteReader
{
    private static readonly JsonDocumentOptions Form = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16, AllowDuplicateProperties = false };

    private static readonly (string, OperatingMode)[] Modes =
        [("off", OperatingMode.Off), ("shadow", OperatingMode.Shadow), ("advisory", OperatingMode.Advisory), ("supervised", OperatingMode.Supervised), ("closed", OperatingMode.Closed)];

    /// <summary>The definition, complete only when no errors were added.</summary>
    public static SiteDefinition? Read(string json, List<SiteError> errors)
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(json, Form);
            root = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            errors.Add(new SiteError("$", e.Message, "a JSON document (comments and trailing commas are fine, duplicate keys are not)"));
            return null;
        }

        var node = new SiteNode(root, "$", errors);
        if (root.ValueKind != JsonValueKind.Object)
        {
            node.Wrong("an object");
            return null;
        }

        var definition = Root(node);
        node.NothingElse();
        return definition;
    }

    private static SiteDefinition Root(SiteNode node)
    {
        node.Text("$schema", "", required: false);
        var mode = node.Object("mode", required: false);
        var telemetry = SiteTelemetry.Read(node.Object("telemetry"));
        var sources = node.Object("sources", required: false)?.Entries().ToDictionary(e => e.Name, e => SiteTelemetry.Read(e.Node), StringComparer.Ordinal) ?? [];
        TimeSpan? Period(string? via) => (via is not null && sources.TryGetValue(via, out var form) ? form : telemetry) is { ReportsOnChange: false } known ? known.Period : null;
        var moved = node.List("manipulated");
        var decision = Decision(node.Object("decision", required: false));
        ReadbackForm[] readbacks = [.. moved.Select(SiteLists.Readback)];
        var definition = new SiteDefinition
        {
            Name = Name(node, "name"),
            Location = node.Text("location"),
            Unit = Name(node, "unit"),
            SourceClock = node.Choice("clock", false, ("wall", false), ("source", true)),
            StartMode = mode?.Choice("start", OperatingMode.Advisory, Modes) ?? OperatingMode.Advisory,
            Ceiling = mode?.Choice("ceiling", OperatingMode.Advisory, Modes) ?? OperatingMode.Advisory,
            Telemetry = telemetry,
            Sources = sources,
            Gateway = Gateway(node.Object("gateway")),
            Tags = [.. node.List("tags").Select(t => SiteLists.Tag(t, Period))],
            Running = SiteLists.Running(node.Object("running", required: false)),
            Readbacks = readbacks,
            Manipulated = [.. moved.Select(m => SiteLists.Manipulated(m, decision.SettledWithin))],
            Disturbances = [.. node.List("disturbances", required: false, empty: true).Select(SiteLists.Disturbance)],
            Signals = [.. node.List("signals", required: false, empty: true).Select(SiteLists.Signal)],
            Campaign = SiteLists.Campaign(node.Object("campaign", required: false)),
            Features = [.. node.List("features", required: false, empty: true).Select(f => SiteLists.Formula(f, withUnit: false))],
            Controlled = [.. node.List("controlled").Select(SiteControlled.Read)],
            Prices = [.. SiteLists.Prices(node.Object("prices", required: false))],
            Quantities = [.. node.List("quantities").Select(q => SiteLists.Formula(q, withUnit: true))],
            Objectives = [.. node.List("objectives").Select(SiteLists.Objective)],
            Objective = node.Text("objective"),
            Constraints = [.. node.List("constraints").Select(SiteLists.Constraint)],
            Decision = decision,
            Recording = SiteRecording.Read(node.Object("recording", required: false)),
        };
        mode?.NothingElse();
        return definition;
    }

    private static GatewayForm Gateway(SiteNode? node)
    {
        if (node is null)
        {
            return new GatewayForm("", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5));
        }

        var form = new GatewayForm(
            Name(node, "id"),
            node.Duration("expiry", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(10)),
            node.Duration("lease", TimeSpan.FromSeconds(5), TimeSpan.FromHours(1), TimeSpan.FromSeconds(60)),
            node.Duration("watchdog", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5)))
        {
            Translation = SiteTranslation.Read(node),
        };
        node.NothingElse();
        return form;
    }

    private static DecisionForm Decision(SiteNode? node)
    {
        node ??= new SiteNode(JsonDocument.Parse("{}").RootElement, "$.decision", []);
        var form = new DecisionForm(
            node.Duration("period", TimeSpan.FromSeconds(10), TimeSpan.FromHours(24), TimeSpan.FromHours(1)),
            node.Number("trustRadius", 0.005, 0.5, 0.08), node.Number("pessimism", 0, 3, 1), node.Number("caution", 0, 5, 1), node.Number("significance", 0, 10, 2),
            node.Integer("movedAtOnce", 1, 8, 3), node.Integer("candidates", 16, 65536, 256), node.Integer("refinements", 0, 1000, 40),
            node.Number("modelDistance", 0, 2, 0.25), node.Integer("minimumRows", 30, 100000, 60),
            node.Duration("retrain", TimeSpan.FromMinutes(10), TimeSpan.FromDays(30), TimeSpan.FromHours(6)),
            node.Number("settledWithin", 0.001, 1, 0.1));
        node.NothingElse();
        return form;
    }

    /// <summary>An identifier that is safe in topics, files and queries.</summary>
    internal static string Name(SiteNode node, string property)
    {
        string name = node.Text(property);
        if (name.Length > 0 && !Identifier().IsMatch(name))
        {
            node.WrongAt(property, "letters, digits and _ . : - starting with a letter or digit, at most 128", $"\"{name}\"");
        }

        return name;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}\z")]
    internal static partial Regex Identifier();
}
