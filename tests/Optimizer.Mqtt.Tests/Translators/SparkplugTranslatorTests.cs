using Optimizer.Mqtt.Sparkplug;
using Optimizer.Mqtt.Translators;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Tests.Translators;

/// <summary>Setpoints by DCMD: what goes out, and what may be believed of what comes back.</summary>
public sealed class SparkplugTranslatorTests
{
    private const double Code = (7 << 16) | 1;
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Move_IsOneCommandForAllLoops(bool aliases)
    {
        var scene = new Scene(handshake: true, aliases);
        var request = Writes.Request(Start);

        var sent = scene.Translator.Send(request, Start);

        Assert.Empty(sent.Acknowledgements);
        Assert.Equal(("spBv1.0/Plant/DCMD/Edge/Line", 0, false), (sent.Message!.Topic, sent.Message.QualityOfService, sent.Message.Retain));
        var payload = SparkplugPayload.Decode(sent.Message.Payload.Span).Value!;
        Assert.Null(payload.Sequence);
        // Born with aliases: commanded by them alone.
        Assert.All(payload.Metrics, m => Assert.Equal((aliases, !aliases), (m.Alias is not null, m.Name is not null)));
        var values = Controller.Read(sent.Message.Payload.Span);
        Assert.Equal(8, values.Count);
        Assert.Equal((60.5, Code, 60.0), (values["Opt/FIC1/SP_REQ"], values["Opt/FIC1/SP_SEQ"], values["Opt/FIC1/LEASE"]));
        Assert.Equal(10.2, values["Opt/FIC2/SP_REQ"], 6);
        Assert.Equal(request.ExpiresAt.ToUnixTimeMilliseconds(), values["Opt/FIC2/SP_EXP"]);
    }

    [Fact]
    public void Handshake_GoesFromReceivedToVerified()
    {
        var scene = new Scene(handshake: true);
        var request = Writes.Request(Start);
        scene.Translator.Send(request, Start);

        Assert.Equal([AcknowledgementState.Received], scene.Answer(1));
        Assert.Equal([AcknowledgementState.Accepted], scene.Answer(2));
        Assert.Equal([AcknowledgementState.Applied], scene.Answer(3));
        // The controller says verified; the live setpoints do not say so yet.
        Assert.Empty(scene.Answer(4));
        Assert.Empty(scene.Say(("Opt/FIC1/SP", 60.5)));
        Assert.Equal([AcknowledgementState.Verified], scene.Say(("Opt/FIC2/SP", 10.2)));
        Assert.All(scene.Acknowledged, a => Assert.Equal((request.SetpointId, request.Sequence, request.WriterEpoch, "gw-1"), (a.SetpointId, a.Sequence, a.WriterEpoch, a.Gateway)));
        Assert.Equal(60.5, scene.Acknowledged[^1].Items[0].Readback);
    }

    [Fact]
    public void MoveIsWhereItsSlowestLoopIs()
    {
        var scene = new Scene(handshake: true);
        scene.Translator.Send(Writes.Request(Start), Start);

        Assert.Empty(scene.Say(("Opt/FIC1/SP_ACK_SEQ", Code), ("Opt/FIC1/SP_STATE", 3)));
        Assert.Equal([AcknowledgementState.Accepted], scene.Say(("Opt/FIC2/SP_ACK_SEQ", Code), ("Opt/FIC2/SP_STATE", 2)));
    }

    [Fact]
    public void StateOfTheWriteBefore_IsNotTakenForThisOne()
    {
        var scene = new Scene(handshake: true);
        scene.Translator.Send(Writes.Request(Start), Start);
        scene.Answer(4);
        Assert.Contains(AcknowledgementState.Verified, scene.Say(("Opt/FIC1/SP", 60.5), ("Opt/FIC2/SP", 10.2)));
        scene.Say(("Opt/FIC1/SP", 60), ("Opt/FIC2/SP", 10));
        scene.Translator.Send(Writes.Request(Start.AddSeconds(5), sequence: 2), Start.AddSeconds(5));

        // The controller has read the new sequence; its state still speaks of the write before.
        Assert.Empty(scene.Say(("Opt/FIC1/SP_ACK_SEQ", Code + 1), ("Opt/FIC2/SP_ACK_SEQ", Code + 1), ("Opt/FIC1/SP", 60.5), ("Opt/FIC2/SP", 10.2)));
        Assert.Equal([AcknowledgementState.Accepted], scene.Say(("Opt/FIC1/SP_STATE", 2), ("Opt/FIC2/SP_STATE", 2)));
    }

    [Fact]
    public void AcknowledgementOfAnotherLifeOfOurs_MeansNothing()
    {
        var scene = new Scene(handshake: true);
        scene.Translator.Send(Writes.Request(Start), Start);

        double other = (6 << 16) | 1;
        Assert.Empty(scene.Say(("Opt/FIC1/SP_ACK_SEQ", other), ("Opt/FIC2/SP_ACK_SEQ", other), ("Opt/FIC1/SP_STATE", 4), ("Opt/FIC2/SP_STATE", 4), ("Opt/FIC1/SP", 60.5), ("Opt/FIC2/SP", 10.2)));
    }

    [Theory]
    [InlineData(5, 5, AcknowledgementState.Rejected)]
    [InlineData(2, 5, AcknowledgementState.Rejected)]
    [InlineData(3, 5, AcknowledgementState.Deviated)] // one loop took it: the move was taken in part
    [InlineData(6, 3, AcknowledgementState.Deviated)]
    [InlineData(7, 7, AcknowledgementState.Expired)]
    public void Refusal_IsToldAsWhatItIs(int first, int second, AcknowledgementState expected)
    {
        var scene = new Scene(handshake: true);
        scene.Translator.Send(Writes.Request(Start), Start);

        Assert.Equal([expected], scene.Say(
            ("Opt/FIC1/SP_ACK_SEQ", Code), ("Opt/FIC1/SP_STATE", first), ("Opt/FIC2/SP_ACK_SEQ", Code), ("Opt/FIC2/SP_STATE", second)).TakeLast(1));
        Assert.Contains("FIC", scene.Acknowledged[^1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void LeaseTakenBackByTheOperator_IsToldOnce()
    {
        var scene = new Scene(handshake: true);
        scene.Translator.Send(Writes.Request(Start), Start);
        scene.Answer(4);
        scene.Say(("Opt/FIC1/SP", 60.5), ("Opt/FIC2/SP", 10.2));

        Assert.Equal([AcknowledgementState.LeaseLost], scene.Say(("Opt/FIC2/SP_STATE", 8)));
        Assert.Empty(scene.Say(("Opt/FIC1/SP_STATE", 8)));
        // What was lost before does not end the next write.
        scene.Say(("Opt/FIC1/SP", 60), ("Opt/FIC2/SP", 10));
        var next = scene.Translator.Send(Writes.Request(Start.AddSeconds(9), 2), Start.AddSeconds(9));
        Assert.NotNull(next.Message);
        Assert.Empty(next.Acknowledgements);
        Assert.Empty(scene.Say(("Opt/FIC1/SP", 60)));
    }

    [Fact]
    public void RenewAndRelease_CannotChangeAValue()
    {
        var scene = new Scene(handshake: true);
        var request = Writes.Request(Start);

        var renew = Controller.Read(scene.Translator.Send(request with { Kind = RequestKind.Renew, Sequence = 2 }, Start).Message!.Payload.Span);
        var release = Controller.Read(scene.Translator.Send(request with { Kind = RequestKind.Release, Sequence = 3 }, Start).Message!.Payload.Span);

        Assert.DoesNotContain(renew.Keys.Concat(release.Keys), k => k.EndsWith("SP_REQ", StringComparison.Ordinal));
        Assert.Equal((60.0, 0.0), (renew["Opt/FIC1/LEASE"], release["Opt/FIC2/LEASE"]));
    }

    [Fact]
    public void BareSetpoint_IsVerifiedByItsReadbackAlone()
    {
        var scene = new Scene(handshake: false);
        var request = Writes.Request(Start);

        var values = Controller.Read(scene.Translator.Send(request, Start).Message!.Payload.Span);
        Assert.Equal((2, 60.5), (values.Count, values["FIC1/SP"]));
        Assert.Empty(scene.Say(("FIC1/SP", 60.5)));
        // The same again while one loop is there already: the same command.
        Assert.Equal(Controller.Read(scene.Translator.Send(request, Start.AddSeconds(3)).Message!.Payload.Span), values);
        Assert.Equal([AcknowledgementState.Verified], scene.Say(("FIC2/SP", 10.2)));
    }

    [Fact]
    public void BareSetpointThatIsThereAlready_IsVerifiedWithoutACommand()
    {
        var scene = new Scene(handshake: false, first: 60.5, second: 10.2);

        var sent = scene.Translator.Send(Writes.Request(Start), Start);

        // Report by exception would say nothing.
        Assert.Null(sent.Message);
        Assert.Equal(AcknowledgementState.Verified, Assert.Single(sent.Acknowledgements).State);
    }

    [Fact]
    public void ValueBefore_IsNeverWithinTolerance()
    {
        var scene = new Scene(handshake: false);
        var request = Writes.Request(Start);
        // A tolerance as wide as the move itself.
        scene.Translator.Send(request with { Items = [.. request.Items.Select(i => i with { ExpectedTolerance = 1 })] }, Start);

        Assert.Empty(scene.Say(("FIC1/SP", 60), ("FIC2/SP", 10)));
    }

    [Fact]
    public void Release_OfBareSetpoints_SaysThatNothingIsReleased()
    {
        var scene = new Scene(handshake: false);
        var request = Writes.Request(Start);

        Assert.Equal(Translation.None, scene.Translator.Send(request with { Kind = RequestKind.Renew }, Start));
        var release = scene.Translator.Send(request with { Kind = RequestKind.Release }, Start);
        Assert.Null(release.Message);
        Assert.Contains("nothing can be released: setpoints stay where they are", release.Warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expired", AcknowledgementState.Expired, ReasonCode.Expired, "expired 2026")]
    [InlineData("moved", AcknowledgementState.Rejected, ReasonCode.ExpectMismatch, "FIC1.SP stands at 58, the move starts at 60")]
    [InlineData("dead", AcknowledgementState.Rejected, ReasonCode.ControllerFault, "Plant/Edge/Line has no living session")]
    [InlineData("limit", AcknowledgementState.Rejected, ReasonCode.LimitHi, "FIC1.SP 60.5, limits 0 to 60")]
    [InlineData("tag", AcknowledgementState.Rejected, ReasonCode.ControllerFault, "XIC9.SP has no metric")]
    [InlineData("dry", AcknowledgementState.Rejected, ReasonCode.DryRun, "without doing it")]
    [InlineData("large", AcknowledgementState.Rejected, ReasonCode.BadSchema, "does not fit the data type")]
    public void WriteThatMustNotGoOut_IsRefusedHere(string why, AcknowledgementState state, ReasonCode code, string reason)
    {
        var scene = new Scene(handshake: false, first: why == "moved" ? 58 : 60);
        var (request, now) = (Writes.Request(Start), why == "expired" ? Start.AddSeconds(11) : Start);
        var first = request.Items[0];
        request = why switch
        {
            "limit" => request with { Items = [first with { High = 60 }, request.Items[1]] },
            "tag" => request with { Items = [first with { Tag = "XIC9.SP" }] },
            "dry" => request with { DryRun = true },
            "large" => request with { Items = [first with { Value = 1e300, High = double.MaxValue }] },
            _ => request,
        };
        if (why == "dead")
        {
            scene.Hear(Controller.Death);
        }

        var sent = scene.Translator.Send(request, now);

        Assert.Null(sent.Message);
        var answer = Assert.Single(sent.Acknowledgements);
        Assert.Equal((state, code), (answer.State, answer.ReasonCode));
        Assert.Contains(reason, answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void NodeThatDiesAfterTheCommand_IsNoRejection()
    {
        var scene = new Scene(handshake: false);
        var request = Writes.Request(Start);
        scene.Translator.Send(request, Start);
        Assert.True(scene.Translator.IsAlive(Start));
        scene.Hear(Controller.Death);

        var again = scene.Translator.Send(request, Start.AddSeconds(3));

        // It may have been done: only the ledger's time may end it.
        Assert.Equal((0, true), (again.Acknowledgements.Count, again.Message is null));
        Assert.False(scene.Translator.IsAlive(Start));
    }

    /// <summary>Host, translator and controller, without a network.</summary>
    private sealed class Scene
    {
        private readonly Controller _controller;
        private readonly SparkplugHost _host;
        private DateTimeOffset _now = Start;

        public Scene(bool handshake, bool aliases = false, double first = 60, double second = 10)
        {
            var target = Controller.Target(handshake);
            _controller = new Controller(handshake, aliases);
            _host = new SparkplugHost([], target.Watched);
            Translator = new SparkplugTranslator(_host, target);
            foreach (var birth in _controller.Births(Start, first, second))
            {
                Hear(birth);
            }
        }

        public SparkplugTranslator Translator { get; }

        public List<Acknowledgement> Acknowledged { get; } = [];

        public AcknowledgementState[] Answer(double state) => Say(("Opt/FIC1/SP_ACK_SEQ", Code), ("Opt/FIC2/SP_ACK_SEQ", Code), ("Opt/FIC1/SP_STATE", state), ("Opt/FIC2/SP_STATE", state));

        public AcknowledgementState[] Say(params (string, double)[] values)
        {
            _now += TimeSpan.FromSeconds(1);
            return Hear(_controller.Data(_now, values));
        }

        public AcknowledgementState[] Hear((string Topic, byte[] Payload) message)
        {
            _host.Take(message.Topic, message.Payload, _now, false, []);
            List<Acknowledgement> answers = [.. _host.Changes.SelectMany(c => Translator.Take(c, _now).Acknowledgements)];
            _host.Changes.Clear();
            Acknowledged.AddRange(answers);
            return [.. answers.Select(a => a.State)];
        }
    }
}
