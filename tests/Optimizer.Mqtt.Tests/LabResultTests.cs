using Optimizer.Plant;

namespace Optimizer.Mqtt.Tests;

/// <summary>A lab sample is known by its id and revision; what the lab takes back is gone.</summary>
public class LabResultTests
{
    private const string Topic = "acme/l1/_opt_v1/lab/roll";
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TagBinding Elongation = new() { Tag = "elongation", Topic = Topic, EngineeringUnit = "%", Low = 0, High = 30, Analyte = "el" };

    private readonly TelemetryDecoder _decoder = new([Elongation, Elongation with { Tag = "strength", Analyte = "rm", EngineeringUnit = "MPa", High = 900 }], false);

    [Fact]
    public void NewerRevision_ReplacesTheOlder()
    {
        Take(0, LabStatus.Preliminary, ("el", 4.1));
        var (notes, samples) = Take(1, LabStatus.Corrected, ("el", 4.4));

        Assert.Null(notes);
        Assert.Equal((4.4, Now.AddHours(-3), Quality.Good), (samples[0].Value, samples[0].SampledAt, samples[0].Quality));
    }

    [Fact]
    public void OlderRevisionThatComesLate_IsIgnored()
    {
        Take(2, LabStatus.Corrected, ("el", 4.4));
        var (notes, samples) = Take(1, LabStatus.Final, ("el", 4.1));

        Assert.Empty(samples);
        Assert.Equal("revision 1 of L-1 after revision 2", notes!.Stale);
    }

    [Fact]
    public void CancelledSample_TakesItsValuesBackAndStaysCancelled()
    {
        Take(0, LabStatus.Final, ("el", 4.1), ("rm", 410));
        var (notes, samples) = Take(0, LabStatus.Cancelled, ("el", 4.1));
        Assert.Empty(samples);
        Assert.Equal([("elongation", Now.AddHours(-3)), ("strength", Now.AddHours(-3))], notes!.Withdrawn);

        // The broker delivers the first message once more.
        (notes, samples) = Take(0, LabStatus.Final, ("el", 4.1), ("rm", 410));
        Assert.Empty(samples);
        Assert.Equal("revision 0 of L-1 after revision 0, which was cancelled", notes!.Stale);
        Assert.Single(Take(1, LabStatus.Final, ("el", 4.2)).Samples);
    }

    [Fact]
    public void CancelledBeforeItWasSeen_LeavesNothing()
    {
        var (notes, samples) = Take(3, LabStatus.Cancelled, ("el", 4.1));

        Assert.Empty(samples);
        Assert.Null(notes);
        Assert.NotNull(Take(2, LabStatus.Final, ("el", 4.1)).Notes!.Stale);
    }

    [Fact]
    public void CorrectedTimeOrDroppedAnalyte_LeavesNoValueBehind()
    {
        Take(0, LabStatus.Final, ("el", 4.1), ("rm", 410));

        var (notes, samples) = Take(1, LabStatus.Corrected, Now.AddHours(-5), ("el", 4.1));

        Assert.Equal(Now.AddHours(-5), samples.Single().SampledAt);
        Assert.Equal([("elongation", Now.AddHours(-3)), ("strength", Now.AddHours(-3))], notes!.Withdrawn);
    }

    [Theory]
    [InlineData("<")]
    [InlineData(">")]
    [InlineData("nd")]
    public void CensoredResult_IsNoNumber(string qualifier)
    {
        var message = Message(0, LabStatus.Final, Now.AddHours(-3), new LabValue("el", 4.1, "%") { Qualifier = qualifier, Lod = 4.1 });
        var (notes, samples) = Take(message);

        Assert.Equal((double.NaN, Quality.Bad), (samples.Single().Value, samples.Single().Quality));
        Assert.Equal([$"L-1: el {qualifier} 4.1 % is an interval and no number"], notes!.Censored);
    }

    [Fact]
    public void OtherSamples_AreNotMixedUp()
    {
        Take(5, LabStatus.Final, ("el", 4.1));

        Assert.Single(Take(Message(0, LabStatus.Final, Now.AddHours(-3), new LabValue("el", 4.2, "%")) with { SampleId = "L-2" }).Samples);
    }

    private (LabNotes? Notes, List<Sample> Samples) Take(int revision, LabStatus status, params (string Analyte, double Value)[] values) => Take(revision, status, Now.AddHours(-3), values);

    private (LabNotes? Notes, List<Sample> Samples) Take(int revision, LabStatus status, DateTimeOffset sampledAt, params (string Analyte, double Value)[] values) =>
        Take(Message(revision, status, sampledAt, [.. values.Select(v => new LabValue(v.Analyte, v.Value, v.Analyte == "el" ? "%" : "MPa"))]));

    private (LabNotes? Notes, List<Sample> Samples) Take(LabResultMessage message)
    {
        var into = new List<Sample>();
        var outcome = _decoder.Decode(Topic, LabPayload.Encode(message), Now, false, into);
        Assert.Null(outcome.Reason);
        return (outcome.Lab, into);
    }

    private static LabResultMessage Message(int revision, LabStatus status, DateTimeOffset sampledAt, params LabValue[] values) => new("L-1", revision, status, sampledAt, Now.AddHours(-1), values);
}
