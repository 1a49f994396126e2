using Optimizer.Cycle;
using Optimizer.History;
using Optimizer.Mqtt;
using Optimizer.Plant;

namespace Optimizer.Edge.Line;

/// <summary>Telemetry and lab messages to samples in the loop's memory; everything refused is counted with its reason.</summary>
/// <param name="sourceClock">Process time comes from the data: until it is known, values cannot be placed in time.</param>
/// <param name="history">Keeps what is taken; null: memory only.</param>
internal sealed class SampleIntake(TelemetryDecoder decoder, WorkerCounters counters, bool sourceClock, LineHistory? history = null)
{
    public static readonly TimeSpan FurthestAhead = TimeSpan.FromMinutes(10);

    private readonly List<Sample> _samples = [];

    /// <summary>Called with each sample that was taken.</summary>
    public Action<Sample>? Taken { get; set; }

    /// <param name="now">Process time; default: not known yet.</param>
    /// <param name="loop">Gives the loop, made when the first sample needs it.</param>
    public void Take(InboundMessage message, DateTimeOffset receivedAt, DateTimeOffset now, Func<LineLoop> loop)
    {
        _samples.Clear();
        var outcome = decoder.Decode(message.Topic, message.Payload, receivedAt, message.Retained, _samples);
        if (outcome.Reason is { } reason)
        {
            counters.Refuse(outcome.IsOurs ? "telemetry_rejected" : "unknown_topic", $"{message.Topic}: {reason}");
        }

        if (outcome.Unbound > 0)
        {
            counters.Refuse("unbound_values", $"{message.Topic}: no tag is bound to \"{outcome.Stranger}\"", outcome.Unbound);
        }

        if (outcome.Lab is { } notes)
        {
            TakeNotes(notes, now, loop);
        }

        Deliver(_samples, now, loop, message.QualityOfService > 0);
    }

    /// <summary>The same for samples that came by another way.</summary>
    /// <param name="acknowledged">Their source believes them delivered once this process says so.</param>
    public void Deliver(List<Sample> samples, DateTimeOffset now, Func<LineLoop> loop, bool acknowledged = false)
    {
        foreach (var sample in samples)
        {
            if (now == default && sourceClock)
            {
                counters.Count("before_first_heartbeat");
                if (acknowledged)
                {
                    // A broker that kept it for us will not send it again: the loop reads it back when it starts.
                    history?.Keep(sample, acknowledged);
                }
            }
            else if (now != default && sample.SampledAt > now + FurthestAhead)
            {
                // One such value would make every other look old.
                counters.Refuse("ahead_of_process_time", $"{sample.Tag} sampled {sample.SampledAt:O}, process time is {now:O}");
            }
            else
            {
                var outcome = loop().Take(sample);
                counters.Count(Name(outcome));
                if (outcome is not AppendOutcome.Duplicate and not AppendOutcome.UnknownTag)
                {
                    history?.Keep(sample, acknowledged);
                }

                Taken?.Invoke(sample);
            }
        }
    }

    private void TakeNotes(LabNotes notes, DateTimeOffset now, Func<LineLoop> loop)
    {
        notes.Censored.ToList().ForEach(c => counters.Refuse("lab_censored", c));
        if (notes.Stale is { } stale)
        {
            counters.Refuse("lab_stale", stale);
        }

        foreach (var (tag, sampledAt) in notes.Withdrawn)
        {
            history?.Withdraw(tag, sampledAt);
            if (now != default || !sourceClock)
            {
                counters.Count(loop().Withdraw(tag, sampledAt) ? "lab_withdrawn" : "lab_not_kept");
            }
        }
    }

    private static string Name(AppendOutcome outcome) => outcome switch
    {
        AppendOutcome.Duplicate => "duplicate",
        AppendOutcome.OutOfOrder => "out_of_order",
        AppendOutcome.Replaced => "replaced",
        AppendOutcome.UnknownTag => "unknown_tag",
        _ => "samples",
    };
}
