using System.Globalization;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Dialects;

/// <summary>
/// Lab results of the native contract, with their two times. A sample is known by its id: a newer revision replaces an older
/// one wherever that stood, an older one that comes late is ignored, and a cancelled one leaves nothing behind.
/// </summary>
internal sealed class LabReader(TagBinding[] bindings) : PayloadReader
{
    private readonly LabRevisions _revisions = new();

    public override DecodeOutcome Read(ReadOnlyMemory<byte> payload, in Arrival arrival, ICollection<Sample> into)
    {
        var decoded = LabPayload.Decode(payload.Span);
        if (decoded.Value is not { } message)
        {
            return new DecodeOutcome(0, decoded.Reason, true);
        }

        var before = _revisions.Find(message.SampleId);
        bool cancelled = message.Status == LabStatus.Cancelled;
        if (before is not null && (before.Revision > message.Revision || (before.Revision == message.Revision && before.Cancelled && !cancelled)))
        {
            return new DecodeOutcome(0, null, true)
            {
                Lab = new LabNotes([], [], string.Create(CultureInfo.InvariantCulture, $"revision {message.Revision} of {message.SampleId} after revision {before.Revision}{(before.Cancelled ? ", which was cancelled" : "")}")),
            };
        }

        var censored = new List<string>();
        var found = new List<(string Tag, DateTimeOffset SampledAt)>();
        string? wrong = cancelled ? null : Values(message, arrival, into, found, censored);
        _revisions.Keep(message.SampleId, new LabRevisions.Entry(message.Revision, cancelled, found));
        var withdrawn = before is null ? [] : before.Values.Except(found).ToList();
        return new DecodeOutcome(found.Count, wrong, true)
        {
            Lab = withdrawn.Count + censored.Count > 0 ? new LabNotes(withdrawn, censored, null) : null,
        };
    }

    private string? Values(LabResultMessage message, in Arrival arrival, ICollection<Sample> into, List<(string, DateTimeOffset)> found, List<string> censored)
    {
        string? wrong = null;
        foreach (var result in message.Results)
        {
            foreach (var binding in bindings.Where(b => b.Analyte == result.Analyte))
            {
                if (result.Unit != binding.EngineeringUnit)
                {
                    wrong = $"{result.Analyte} in \"{result.Unit}\", expected \"{binding.EngineeringUnit}\"";
                    continue;
                }

                into.Add(Sample(binding, result, message, arrival, censored));
                found.Add((binding.Tag, message.SampledAt));
            }
        }

        return wrong;
    }

    // "Below 0.012" is an interval: no number in it may pass for the value, so it carries none.
    private static Sample Sample(TagBinding binding, LabValue result, LabResultMessage message, in Arrival arrival, List<string> censored)
    {
        double value = result.Value ?? double.NaN;
        var quality = double.IsFinite(value) ? InstrumentRange.Judge(binding.Low, binding.High, value) : Quality.Bad;
        quality = message.Status == LabStatus.Preliminary ? SampleRules.Worse(quality, Quality.Uncertain) : quality;
        if (result.Qualifier is not (null or "="))
        {
            (value, quality) = (double.NaN, Quality.Bad);
            censored.Add(string.Create(CultureInfo.InvariantCulture, $"{message.SampleId}: {result.Analyte} {result.Qualifier} {result.Value} {result.Unit} is an interval and no number"));
        }

        return new Sample(binding.Tag, value, message.SampledAt, message.ReportedAt, arrival.At, quality);
    }
}
