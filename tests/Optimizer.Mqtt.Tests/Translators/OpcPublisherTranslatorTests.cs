using System.Text;
using System.Text.Json;
using Optimizer.Mqtt.Translators;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Tests.Translators;

/// <summary>Setpoints by OPC Publisher's ValueWrite: what goes out, and what its answers prove.</summary>
public sealed class OpcPublisherTranslatorTests
{
    private const string Reply = "clients/opt-l1/opcua/reply";
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    internal static OpcPublisherTarget Target { get; } = new(
        "gw-1", "publisher", "opc.tcp://plc:4840", "SignAndEncrypt", "Double", new Dictionary<string, string> { ["FIC1.SP"] = "ns=2;s=FIC1.SP" }, Reply, TimeSpan.FromMinutes(1));

    [Fact]
    public void Write_IsACallOfValueWrite()
    {
        var (translator, request) = (Ready(), Writes.Request(Start, both: false));

        var sent = translator.Send(request, Start);

        var message = sent.Message!;
        Assert.Equal(("publisher/methods/ValueWrite_V2", 1, false, Reply, TimeSpan.FromSeconds(10)), (message.Topic, message.QualityOfService, message.Retain, message.ResponseTopic, message.Expiry));
        Assert.Equal(new Guid(request.SetpointId).ToByteArray(bigEndian: true), message.CorrelationData.ToArray());
        var body = JsonDocument.Parse(message.Payload).RootElement;
        Assert.Equal("opc.tcp://plc:4840", body.GetProperty("connection").GetProperty("endpoint").GetProperty("url").GetString());
        Assert.Equal("SignAndEncrypt", body.GetProperty("connection").GetProperty("endpoint").GetProperty("securityMode").GetString());
        Assert.Equal("""{"nodeId":"ns=2;s=FIC1.SP","value":60.5,"dataType":"Double"}""", body.GetProperty("request").GetRawText());
        Assert.Equal(message.Payload.ToArray(), translator.Send(request, Start.AddSeconds(3)).Message!.Payload.ToArray());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("""{"errorInfo":null}""")]
    [InlineData("""{"errorInfo":{"statusCode":0}}""")]
    public void Success_ProvesTheOpcUaWriteOnly(string answer)
    {
        var (translator, request) = (Ready(), Writes.Request(Start, both: false));
        translator.Send(request, Start);

        Assert.Equal([AcknowledgementState.Applied], States(translator.Take(Answer(request, answer), Start)));
        Assert.Empty(States(translator.Take(Answer(request, answer), Start)));
        Assert.Empty(States(translator.Take(At(60), Start.AddSeconds(1))));
        Assert.Equal([AcknowledgementState.Verified], States(translator.Take(At(60.5), Start.AddSeconds(2))));
    }

    [Fact]
    public void ReadbackBeforeTheAnswer_WaitsForIt()
    {
        var (translator, request) = (Ready(), Writes.Request(Start, both: false));
        translator.Send(request, Start);

        Assert.Empty(States(translator.Take(At(60.5), Start.AddSeconds(1))));
        Assert.Equal([AcknowledgementState.Applied, AcknowledgementState.Verified], States(translator.Take(Answer(request, "{}"), Start)));
    }

    [Theory]
    [InlineData("""{"errorInfo":{"statusCode":2150891520,"errorMessage":"Node id is unknown"}}""", "Node id is unknown")]
    [InlineData("""{"errorInfo":{"statusCode":2150891520,"symbolicId":"BadNodeIdUnknown"}}""", "BadNodeIdUnknown")]
    [InlineData("""{"errorInfo":{}}""", "errorInfo {}")]
    [InlineData("""{"errorInfo":"no"}""", "errorInfo \"no\"")]
    [InlineData("""{"message":"forbidden"}""", "no result of ValueWrite")]
    [InlineData("""[]""", "no result of ValueWrite")]
    [InlineData("""{"errorInfo":""", "cannot be read")]
    [InlineData("\0", "cannot be read")]
    public void AnythingElse_IsARejectionWithItsReason(string answer, string reason)
    {
        var (translator, request) = (Ready(), Writes.Request(Start, both: false));
        translator.Send(request, Start);

        var rejected = Assert.Single(translator.Take(Answer(request, answer), Start).Acknowledgements);

        Assert.Equal((AcknowledgementState.Rejected, ReasonCode.ControllerFault), (rejected.State, rejected.ReasonCode));
        Assert.Contains(reason, rejected.Reason, StringComparison.Ordinal);
        Assert.Empty(States(translator.Take(At(60.5), Start.AddSeconds(1))));
    }

    [Fact]
    public void AnswerToAnEarlierCall_IsIgnoredAndTold()
    {
        var translator = Ready();
        var earlier = Writes.Request(Start.AddMinutes(-1), sequence: 1, both: false);
        translator.Send(Writes.Request(Start, sequence: 2, both: false), Start);

        var taken = translator.Take(Answer(earlier, "{}"), Start);

        Assert.Empty(taken.Acknowledgements);
        Assert.Contains("no open write waits for", taken.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void RetainedAnswer_IsNoAnswer()
    {
        var (translator, request) = (Ready(), Writes.Request(Start, both: false));
        translator.Send(request, Start);

        Assert.Empty(translator.Take(Answer(request, "{}") with { Retained = true }, Start).Acknowledgements);
    }

    [Fact]
    public void ReadbackOfBeforeTheWrite_OrBad_VerifiesNothing()
    {
        var (translator, request) = (Ready(), Writes.Request(Start, both: false));
        translator.Send(request, Start);
        translator.Take(Answer(request, "{}"), Start);

        Assert.Empty(States(translator.Take(At(60.5) with { SampledAt = Start.AddSeconds(-10) }, Start.AddSeconds(1))));
        Assert.Empty(States(translator.Take(At(60.5) with { Quality = Quality.Bad }, Start.AddSeconds(1))));
        Assert.Equal([AcknowledgementState.Verified], States(translator.Take(At(60.5), Start.AddSeconds(1))));
    }

    [Fact]
    public void SeveralSetpointsAtOnce_AreRefused()
    {
        var refused = Assert.Single(Ready().Send(Writes.Request(Start), Start).Acknowledgements);

        Assert.Equal(AcknowledgementState.Rejected, refused.State);
        Assert.Contains("2 setpoints at once", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownLiveSetpoint_IsRefused() =>
        Assert.Equal(ReasonCode.ExpectMismatch, Assert.Single(new OpcPublisherTranslator(Target).Send(Writes.Request(Start, both: false), Start).Acknowledgements).ReasonCode);

    [Fact]
    public void Life_IsAReadbackThatIsYoung()
    {
        var translator = new OpcPublisherTranslator(Target);
        Assert.False(translator.IsAlive(Start));
        translator.Take(At(60), Start);
        Assert.True(translator.IsAlive(Start.AddSeconds(60)));
        Assert.False(translator.IsAlive(Start.AddSeconds(61)));
    }

    [Fact]
    public void Release_SaysThatNothingIsReleased() =>
        Assert.Contains("setpoints stay where they are", Ready().Send(Writes.Request(Start, both: false) with { Kind = RequestKind.Release }, Start).Warning, StringComparison.Ordinal);

    private static OpcPublisherTranslator Ready()
    {
        var translator = new OpcPublisherTranslator(Target);
        translator.Take(At(60) with { SampledAt = Start.AddSeconds(-30) }, Start.AddSeconds(-30));
        return translator;
    }

    private static Sample At(double value) => Sample.Online("FIC1.SP", value, Start.AddSeconds(1));

    private static InboundMessage Answer(SetpointRequest request, string body) =>
        new(Reply, Encoding.UTF8.GetBytes(body), 1, false, null, new Guid(request.SetpointId).ToByteArray(bigEndian: true));

    private static IEnumerable<AcknowledgementState> States(Translation translation) => translation.Acknowledgements.Select(a => a.State);
}
