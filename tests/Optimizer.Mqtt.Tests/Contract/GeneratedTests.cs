using System.Text;
using CsCheck;
using Optimizer.Cycle;
using Optimizer.Plant;
using Optimizer.Setpoints;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Contract;

/// <summary>Whatever we encode, extremes included, is what the schema says, and our own decoder takes it.</summary>
public class GeneratedTests
{
    private const int Times = 500;

    private static readonly Gen<string> Word = Gen.Int[0, 5].SelectMany(n => n switch
    {
        0 => Gen.Const("a"),
        1 => Gen.Const("Z9_.:-" + new string('x', 122)),
        _ => Gen.Select(Gen.Char["abcdefghijkXYZ0123456789"], Gen.String[Gen.Char["abcXYZ019_.:-"], 0, 20]).Select((c, s) => c + s),
    });

    private static readonly Gen<string> Text = Gen.OneOf(Gen.Const(""), Gen.Const("\0\u0001\"\\é漢😀\n"), Gen.Int[150, 700].Select(n => new string('w', n)), Gen.String[0, 60]);

    private static readonly Gen<double> Number = Gen.OneOf(
        Gen.Const(0.0), Gen.Const(-0.0), Gen.Const(double.MaxValue), Gen.Const(double.MinValue), Gen.Const(double.Epsilon), Gen.Const(1e-300), Gen.Double[-1e6, 1e6]);

    // What arithmetic can produce, too.
    private static readonly Gen<double?> Wild = Gen.OneOf(Number.Select(n => (double?)n), Gen.Const((double?)null), Gen.Const((double?)double.NaN), Gen.Const((double?)double.PositiveInfinity));

    private static readonly Gen<DateTimeOffset> At = Gen.OneOf(
        Gen.Const(DateTimeOffset.UnixEpoch), Gen.Const(new DateTimeOffset(9999, 12, 31, 23, 59, 59, 999, TimeSpan.Zero).AddTicks(9999)),
        Gen.Long[0, 4_000_000_000_0000000].Select(t => DateTimeOffset.UnixEpoch.AddTicks(t)), Gen.Int[-12, 12].Select(h => new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.FromHours(h))));

    private static readonly Gen<string> Id = Gen.Select(At, Gen.Long[1, long.MaxValue], Gen.Long[1, 1000]).Select((at, epoch, n) => SetpointIds.Create(at, epoch, n, "write"));

    private static readonly Gen<OperatingMode> Mode = Gen.Enum<OperatingMode>();

    private static readonly Gen<string> User = Gen.OneOf(Gen.Const("j.doe"), Gen.Const("Ł"), Gen.Const(new string('u', 128)));

    private static readonly Gen<Actor> Who = Gen.Select(User, Gen.Enum<ActorRole>(), Gen.OneOf(Word.Select(w => (string?)w), Gen.Const((string?)null))).Select((u, r, c) => new Actor(u, r, c));

    private static readonly Gen<Actor?> Somebody = Gen.OneOf(Who.Select(w => (Actor?)w), Gen.Const((Actor?)null));

    [Fact]
    public void Setpoints() => Check("SetpointWrite", Gen.Select(Id, Gen.Enum<RequestKind>(), Gen.Long[1, long.MaxValue], At, Gen.Int[5, 3600], Items, Somebody, Gen.Bool)
        .Select((id, kind, n, at, lease, items, who, dry) => new SetpointRequest(id, kind, n, n, "gw-1", at, at, TimeSpan.FromSeconds(lease), items)
        {
            ApprovedBy = who,
            DryRun = dry,
            RecommendationId = dry ? id : null,
            Mode = dry ? OperatingMode.Closed : null,
        }), SetpointPayload.Encode);

    [Fact]
    public void Acknowledgements() => Check("SetpointAck", Gen.Select(Id, Gen.Long, Gen.Enum<AcknowledgementState>(), Gen.Enum<ReasonCode>(), Text, At, Gen.Select(Word, Wild, Wild).Array[0, 64], Gen.Select(Gen.Enum<ControllerMode>(), Gen.Enum<Windup>(), Gen.Bool))
        .Select((id, n, state, code, text, at, items, c) => new Acknowledgement(id, n, n, "gw-1", state, code, text, at, [.. items.Select(i => new AcknowledgedItem(i.Item1, i.Item2, i.Item3, i.Item2))])
        {
            Controller = c.Item3 ? new ControllerState(c.Item1, c.Item3, !c.Item3, c.Item2) : null,
        }), AcknowledgementPayload.Encode);

    [Fact]
    public void Heartbeats() => Check("Heartbeat", Gen.Select(Word, Gen.Long, At, Mode, Gen.Bool).Select((party, n, at, mode, full) =>
        new Heartbeat(party, n, full ? n : null, at) { Epoch = full ? n : null, Mode = full ? mode : null }), HeartbeatPayload.Encode);

    [Fact]
    public void ModeCommands() => Check("ModeCommand", Gen.Select(Id, Mode, Word, Who, At, Gen.Int, Text, Word.Array[0, 64]).Select((id, mode, unit, who, at, version, reason, mvs) =>
        new ModeCommandMessage(id, mode, unit, who.User, at, at, version, reason) { Role = who.Role, Client = who.Client, Mvs = mvs.Length == 0 ? null : mvs }), ModePayload.Encode);

    [Fact]
    public void Decisions() => Check("RecommendationDecision", Gen.Select(Id, Gen.Enum<OperatorChoice>(), Who, Gen.Select(Word, Number).Array[1, 64], Word, Text, At).Select((id, choice, who, moves, code, comment, at) =>
        new DecisionCommandMessage(
            new OperatorDecision(id, id, choice, who)
            {
                Moves = choice == OperatorChoice.Modify ? [.. moves.DistinctBy(m => m.Item1).Select(m => new AskedSetpoint(m.Item1, m.Item2))] : [],
                ReasonCode = choice == OperatorChoice.Reject ? code : null,
                Comment = comment,
            }, at, at)), DecisionPayload.Encode);

    [Fact]
    public void Replies() => Check("CommandReply", Gen.Select(Id, Gen.Bool, Text, Mode, Gen.Int, At).Select((id, done, reason, mode, version, at) =>
        new CommandReplyMessage(id, done, done ? null : "guardrail", reason, mode, version, at) { SetpointId = done ? id : null }), ModePayload.Encode);

    [Fact]
    public void Recommendations() => Check("Recommendation", Gen.Select(Id, Word, Mode, At, Gen.Select(Word, Number, OneOf("none", "hard", "operator", "rate", "per_move", "deadband", "windup")).Array[1, 64], Gen.Select(Word, Number, Wild).Array[0, 9], Text.Array[0, 30], Number)
        .Select((id, unit, mode, at, moves, cvs, reasons, number) => new RecommendationMessage(
            id, unit, at, at, mode, new ModelReference(unit, "1", "none"), new RecommendationBasis(at, at, true),
            [.. moves.Select(m => new RecommendedMove(m.Item1, m.Item2, m.Item2, "degC", m.Item2, m.Item3))],
            new PredictedBenefit(number, number, "EUR/h", [.. cvs.Select(c => new PredictedVariable(c.Item1, c.Item3 ?? 0, c.Item2, c.Item3, c.Item3))]), mode == OperatingMode.Supervised)
        {
            Supersedes = reasons.Length > 3 ? id : null,
            Reasons = reasons,
        }), RecommendationPayload.Encode);

    [Fact]
    public void ModeStates() => Check("ModeState", Gen.Select(Word, Mode, Gen.Int, At, Text, Somebody, Word.Array[0, 64]).Select((unit, mode, version, at, cause, who, mvs) =>
        new ModeStateMessage(unit, mode, version, at, cause) { By = who, TargetMode = mode, Mvs = mvs.Length == 0 ? null : mvs }), ModePayload.Encode);

    [Fact]
    public void Births() => Check("Status", Gen.Select(Gen.Bool, At, Gen.Long, Text).Select((online, at, epoch, reason) =>
        new OnlineMessage(online, "opt", at, online ? "1.0.0" : null, epoch, online ? null : reason) { Demo = online }), ModePayload.Encode);

    [Fact]
    public void ModelEvents() => Check("ModelEvent", Gen.Select(Word, Gen.Enum<ModelEventKind>(), At, Text, Gen.Select(Word, Wild).Array[0, 9], Somebody).Select((site, kind, at, reason, metrics, who) =>
        new ModelEventMessage(new ModelReference(site, "3", "ab"), kind, at) { Reason = reason, By = who, Metrics = metrics.DistinctBy(m => m.Item1).ToDictionary(m => m.Item1, m => m.Item2 ?? double.NaN) }), ModelEventPayload.Encode);

    [Fact]
    public void Alarms() => Check("Alarm", Gen.Select(Gen.Enum<AlarmKind>(), Gen.Bool, Text, At).Select((kind, active, text, at) => new Alarm(kind, active, text, at)), a => AlarmPayload.Encode("U300", a));

    [Fact]
    public void LabResults() => Check("LabResult", Gen.Select(Gen.Enum<LabStatus>(), Gen.Int[0, int.MaxValue], At, Gen.Select(Word, Number, OneOf(null, "=", "<", ">", "nd")).Array[1, 200]).Select((status, revision, at, results) =>
        new LabResultMessage("L-1", revision, status, at, at, [.. results.Select(r => new LabValue(r.Item1, r.Item3 == "nd" ? null : r.Item2, "wt%") { Qualifier = r.Item3, U95 = Math.Abs(r.Item2) })])), LabPayload.Encode);

    [Fact]
    public void Points() => Check("TelemetryPoint", Gen.Select(At, Number).Select((at, value) => (At: at, Value: value)), p => TelemetryEncoder.Encode(p.At, p.Value), decode: false);

    private static Gen<SetpointItem[]> Items => Gen.Select(Word, Number, Number, Gen.Double[0.001, 1e6], Gen.Int[1, 100_000]).Array[1, 24].Select(items => items.DistinctBy(i => i.Item1).Select(i =>
        new SetpointItem(i.Item1, i.Item2, "degC", i.Item3, i.Item4, Math.Min(i.Item2, i.Item3), Math.Max(i.Item2, i.Item3), i.Item5 % 2 == 0 ? null : i.Item4)
        {
            Readback = i.Item5 % 3 == 0 ? null : new SetpointReadback(i.Item1, i.Item4, TimeSpan.FromSeconds(i.Item5)),
        }).ToArray());

    private static Gen<string?> OneOf(params string?[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    private static void Check<T>(string schema, Gen<T> messages, Func<T, byte[]> encode, bool decode = true) => messages.Sample(m =>
    {
        string json = Encoding.UTF8.GetString(encode(m));
        string? objection = ContractDocument.Wire.Objection(schema, json) ?? (decode ? Decoders.Again(schema, json).Reason : null);
        Assert.True(objection is null, $"{objection}\n{json}");
    }, iter: Times);
}
