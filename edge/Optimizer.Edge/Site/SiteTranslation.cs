using Optimizer.Mqtt.Sparkplug;
using Optimizer.Mqtt.Translators;
using Optimizer.Plant;

namespace Optimizer.Edge.Site;

/// <summary>How setpoints go to a gateway that does not speak our contract.</summary>
public enum GatewayDialect
{
    Native,
    Sparkplug,
    OpcPublisher,
}

/// <param name="Handshake">Sparkplug: the controller answers.</param>
/// <param name="Via">Sparkplug: name of the source whose edge node takes the setpoints; null: <c>telemetry</c>.</param>
/// <param name="Root">OPC Publisher: root of its method topics.</param>
/// <param name="Endpoint">OPC Publisher: the OPC UA server.</param>
/// <param name="SecurityMode">OPC Publisher: as it spells it; null: its default.</param>
/// <param name="DataType">OPC Publisher: OPC UA type of the setpoints.</param>
public sealed record TranslationForm(GatewayDialect Dialect, bool Handshake, string? Via, string Root, string Endpoint, string? SecurityMode, string DataType);

/// <summary>Reads and checks the part of <c>gateway</c> that is about a foreign gateway, and makes its translator.</summary>
internal static class SiteTranslation
{
    private static readonly string[] OfSparkplug = ["handshake", "via"], OfOpcPublisher = ["root", "endpoint", "securityMode", "dataType"];

    public static TranslationForm? Read(SiteNode node)
    {
        var dialect = node.Choice("dialect", GatewayDialect.Native, ("native", GatewayDialect.Native), ("sparkplug", GatewayDialect.Sparkplug), ("opc-publisher", GatewayDialect.OpcPublisher));
        bool opc = dialect == GatewayDialect.OpcPublisher;
        var form = new TranslationForm(
            dialect, node.Flag("handshake"), node.Has("via") ? node.Text("via") : null, node.Text("root", required: opc), node.Text("endpoint", required: opc),
            node.Has("securityMode") ? node.Text("securityMode") : null, node.Text("dataType", "Double", required: false));
        Foreign(node, OfSparkplug, dialect == GatewayDialect.Sparkplug, "sparkplug");
        Foreign(node, OfOpcPublisher, opc, "opc-publisher");
        return dialect == GatewayDialect.Native ? null : form;
    }

    /// <summary>What the other parts of the site must be for a foreign gateway.</summary>
    public static void Check(SiteDefinition site, List<SiteError> errors)
    {
        if (site.Gateway.Translation is not { } form)
        {
            foreach (var readback in site.Readbacks.Where(r => r.WriteTo is not null))
            {
                errors.Add(new SiteError(readback.Path + ".writeTo", $"\"{readback.WriteTo}\"", "nothing: a native gateway knows where its setpoints go"));
            }

            return;
        }

        if (site.Ceiling > OperatingMode.Supervised)
        {
            errors.Add(new SiteError("$.mode.ceiling", site.Ceiling.ToString().ToLowerInvariant(), "supervised at most: this gateway has no expiry, no fencing and no lease by our contract, so a person accepts every move"));
        }

        if (site.SourceClock)
        {
            errors.Add(new SiteError("$.gateway.dialect", "a foreign gateway", "a site whose \"clock\" is wall: process time comes with the heartbeat of a native gateway"));
        }

        if (form.Dialect == GatewayDialect.Sparkplug)
        {
            CheckSparkplug(site, form, errors);
        }
        else
        {
            CheckOpcPublisher(site, errors);
        }
    }

    /// <summary>What carries the setpoints of a foreign gateway; null: the gateway speaks our contract.</summary>
    public static SparkplugTarget? Sparkplug(SiteDefinition site) => site.Gateway.Translation is { Dialect: GatewayDialect.Sparkplug } form
        ? new SparkplugTarget(site.Gateway.Id, Source(site, form.Via)!.Sparkplug!, Targets(site, form.Handshake), form.Handshake)
        : null;

    public static OpcPublisherTarget? OpcPublisher(SiteDefinition site, string client) => site.Gateway.Translation is { Dialect: GatewayDialect.OpcPublisher } form
        ? new OpcPublisherTarget(
            site.Gateway.Id, form.Root, form.Endpoint, form.SecurityMode, form.DataType, Targets(site, handshake: false), $"clients/{client}/opcua/reply",
            TimeSpan.FromTicks(Math.Max(site.Telemetry.Period.Ticks * 10, TimeSpan.TicksPerMinute)))
        : null;

    private static void CheckSparkplug(SiteDefinition site, TranslationForm form, List<SiteError> errors)
    {
        if (Source(site, form.Via)?.Sparkplug is not { } source)
        {
            errors.Add(new SiteError("$.gateway.via", form.Via is null ? "nothing" : $"\"{form.Via}\"", "the name of a source of the dialect sparkplug-b"));
            return;
        }

        foreach (var readback in site.Readbacks.Where(r => Source(site, r.Via)?.Sparkplug is not { } own || !own.IsSame(source)))
        {
            errors.Add(new SiteError(readback.Path + ".via", readback.Via is null ? "nothing" : $"\"{readback.Via}\"", $"a source at {source}, where the setpoints are written: what is written there must come back from there"));
        }

        foreach (var readback in site.Readbacks.Where(r => form.Handshake && r.WriteTo is null && !r.Source.EndsWith("/SP", StringComparison.Ordinal)))
        {
            errors.Add(new SiteError(readback.Path + ".writeTo", "nothing", "the prefix of SP_REQ, SP_SEQ, SP_EXP and LEASE: the setpoint's source does not end in /SP"));
        }
    }

    private static void CheckOpcPublisher(SiteDefinition site, List<SiteError> errors)
    {
        foreach (var readback in site.Readbacks.Where(r => r.WriteTo is null))
        {
            errors.Add(new SiteError(readback.Path + ".writeTo", "nothing", "the node id of the setpoint, such as ns=2;s=FIC201.SP"));
        }

        if (site.Decision.MovedAtOnce != 1)
        {
            errors.Add(new SiteError("$.decision.movedAtOnce", $"{site.Decision.MovedAtOnce}", "1: OPC Publisher writes one setpoint per call, so several would not be taken whole or not at all"));
        }
    }

    private static Dictionary<string, string> Targets(SiteDefinition site, bool handshake) => site.Manipulated.Zip(site.Readbacks).ToDictionary(
        p => p.First.SetpointTag, p => p.Second.WriteTo ?? (handshake ? p.Second.Source[..^"/SP".Length] : p.Second.Source), StringComparer.Ordinal);

    private static TelemetryForm? Source(SiteDefinition site, string? via) => via is null ? site.Telemetry : site.Sources.GetValueOrDefault(via);

    private static void Foreign(SiteNode node, string[] properties, bool isIt, string dialect)
    {
        foreach (string property in properties.Where(p => !isIt && node.Has(p)))
        {
            node.WrongAt(property, $"nothing: it belongs to the dialect {dialect}", "a value");
        }
    }
}
