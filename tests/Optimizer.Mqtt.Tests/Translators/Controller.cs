using Optimizer.Guardrails;
using Optimizer.Mqtt.Sparkplug;
using Optimizer.Mqtt.Translators;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Mqtt.Tests.Translators;

/// <summary>A hand-made edge node with one device that has two control loops, as bytes.</summary>
internal sealed class Controller(bool handshake, bool aliases = false)
{
    public static readonly SparkplugSource Source = new("Plant", "Edge", "Line");

    private static readonly string[] Parts = ["SP_REQ", "SP_SEQ", "SP_EXP", "LEASE", "SP_ACK_SEQ", "SP_STATE", "SP"];

    private ulong _sequence;

    public static SparkplugTarget Target(bool handshake) => new("gw-1", Source, handshake
        ? new Dictionary<string, string> { ["FIC1.SP"] = "Opt/FIC1", ["FIC2.SP"] = "Opt/FIC2" }
        : new Dictionary<string, string> { ["FIC1.SP"] = "FIC1/SP", ["FIC2.SP"] = "FIC2/SP" }, handshake);

    public IEnumerable<(string Topic, byte[] Payload)> Births(DateTimeOffset at, double first = 60, double second = 10)
    {
        _sequence = 0;
        yield return ("spBv1.0/Plant/NBIRTH/Edge", new SparkplugPayload(Ms(at), 0, [Metric("bdSeq", SparkplugType.Int64, 0)]).Encode());
        SparkplugMetric[] metrics = handshake
            ? [.. new[] { ("FIC1", first), ("FIC2", second) }.SelectMany((l, i) => Parts.Select((p, k) =>
                Metric($"Opt/{l.Item1}/{p}", TypeOf(p), p is "SP" or "SP_REQ" ? l.Item2 : 0) with { Alias = aliases ? (ulong)((10 * i) + k + 1) : null }))]
            : [Metric("FIC1/SP", SparkplugType.Float, first), Metric("FIC2/SP", SparkplugType.Float, second)];
        yield return Device("DBIRTH", at, metrics);
    }

    public (string Topic, byte[] Payload) Data(DateTimeOffset at, params (string Name, double Value)[] values) =>
        Device("DDATA", at, [.. values.Select(v => Metric(v.Name, handshake ? TypeOf(v.Name[(v.Name.LastIndexOf('/') + 1)..]) : SparkplugType.Float, v.Value) with { Type = SparkplugType.Unknown })]);

    public static (string Topic, byte[] Payload) Death => ("spBv1.0/Plant/NDEATH/Edge", new SparkplugPayload(null, null, [Metric("bdSeq", SparkplugType.Int64, 0)]).Encode());

    /// <summary>What a command writes, by name; alias 11 is the first metric of the second loop.</summary>
    public static Dictionary<string, double> Read(ReadOnlySpan<byte> command) => SparkplugPayload.Decode(command).Value!.Metrics.ToDictionary(
        m => m.Name ?? $"Opt/FIC{1 + ((m.Alias!.Value - 1) / 10)}/{Parts[(m.Alias.Value - 1) % 10]}", m => m.Value.TryNumber(m.Type, out double n) ? n : double.NaN);

    private static SparkplugType TypeOf(string part) => part switch
    {
        "SP" or "SP_REQ" => SparkplugType.Float,
        "SP_EXP" => SparkplugType.DateTime,
        _ => SparkplugType.Int32,
    };

    private (string, byte[]) Device(string message, DateTimeOffset at, SparkplugMetric[] metrics) =>
        ($"spBv1.0/Plant/{message}/Edge/Line", new SparkplugPayload(Ms(at), ++_sequence % 256, metrics).Encode());

    private static SparkplugMetric Metric(string name, SparkplugType type, double value) => new() { Name = name, Type = type, Value = SparkplugValue.From(type, value)!.Value };

    private static ulong Ms(DateTimeOffset at) => (ulong)at.ToUnixTimeMilliseconds();
}

/// <summary>Requests, and writes that passed the guardrails, for the two loops.</summary>
internal static class Writes
{
    public static readonly WriteTerms Terms = new("gw-1", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60));

    /// <summary>FIC1 from 60 to 60.5 and, with both, FIC2 from 10 to 10.2.</summary>
    public static SetpointWrite Approved(DateTimeOffset now, WriterTurn turn, bool both = true)
    {
        MoveItem[] items = both ? [new(Variable("FIC1"), 60, 60.5, 61), new(Variable("FIC2"), 10, 10.2, 11)] : [new(Variable("FIC1"), 60, 60.5, 61)];
        var context = new GuardrailContext
        {
            Now = now,
            Limits = new GuardrailLimits(),
            Variables = items.ToDictionary(i => i.Variable.Name, i => new MoveHistory(i.From, null, 0, 0, default, default)),
            Gateway = new GatewayState("gw-1", TimeSpan.Zero, true, false, null),
            InputGaps = [],
            Transients = [],
            Running = TimeSpan.FromHours(5),
            AuditWritable = true,
        };
        var review = GuardrailChain.Standard.Review(new ProposedMove(now, items, new Evidence(1, 0.1, 0.01, "EUR", 0, 0, 0)), context);
        return ModeGate.Admit(review.Approved!, OperatingMode.Supervised, null, new Actor("anna", ActorRole.Operator), turn, Terms, now, out _)!;
    }

    public static SetpointRequest Request(DateTimeOffset now, long sequence = 1, long epoch = 7, bool both = true) => Approved(now, new WriterTurn(epoch, sequence), both).ToRequest();

    private static ManipulatedVariable Variable(string name) => new()
    {
        Name = name,
        SetpointTag = name + ".SP",
        EngineeringUnit = "1",
        EngineeringLow = 0,
        EngineeringHigh = 100,
        OperatorLow = 0,
        OperatorHigh = 100,
        MaxMove = 1,
        Deadband = 0.1,
        MaxTravelPer8Hours = 10,
        MaxTravelPer24Hours = 30,
        RampPerMinute = 1,
        Lag = TimeSpan.Zero,
        Dwell = TimeSpan.FromHours(1),
        Tolerance = 0.1,
    };
}
