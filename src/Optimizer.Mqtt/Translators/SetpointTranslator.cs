using Optimizer.Mqtt.Sparkplug;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Translators;

/// <summary>What a translator wants done.</summary>
/// <param name="Message">To send now, once; null: nothing.</param>
/// <param name="Warning">What a person should know; null: nothing.</param>
public sealed record Translation(OutboundMessage? Message, IReadOnlyList<Acknowledgement> Acknowledgements, string? Warning = null)
{
    public static Translation None { get; } = new(null, []);
}

/// <summary>
/// Turns our setpoint requests into the commands of a gateway that does not speak our contract, and what it says into
/// acknowledgements. Pure: what came in and the time in, what to send and to believe out.
/// </summary>
/// <remarks>
/// None of these gateways checks expiry, fencing and lease by our contract, so a person accepts every move: the site's ceiling
/// is supervised at most. The translator itself holds what it can: expiry, limits, and the live setpoint the move starts from.
/// </remarks>
public abstract class SetpointTranslator(string gateway)
{
    private readonly Dictionary<string, double> _live = new(StringComparer.Ordinal);

    public string Gateway => gateway;

    /// <summary>What this gateway cannot do, in one sentence for the operator.</summary>
    public abstract string Caution { get; }

    /// <summary>Topics of answers on the command connection; empty: answers come with the telemetry.</summary>
    public virtual IReadOnlyList<string> Filters => [];

    /// <summary>There is a sign of life of the chain down to the setpoints. It stands for the heartbeat such a gateway does not have.</summary>
    public abstract bool IsAlive(DateTimeOffset now);

    /// <summary>Translates a request. The same request again is the same command again: it changes nothing that was done.</summary>
    public abstract Translation Send(SetpointRequest request, DateTimeOffset now);

    /// <summary>Takes a message on one of <see cref="Filters"/>.</summary>
    public virtual Translation Take(InboundMessage message, DateTimeOffset now) => Translation.None;

    /// <summary>Takes what a watched Sparkplug metric said.</summary>
    public virtual Translation Take(SparkplugChange change, DateTimeOffset now) => Translation.None;

    /// <summary>Takes a telemetry value; only live setpoints matter.</summary>
    public virtual Translation Take(in Sample sample, DateTimeOffset now) => Translation.None;

    /// <summary>NaN: the live setpoint is not known.</summary>
    protected double Live(string tag) => _live.GetValueOrDefault(tag, double.NaN);

    protected void Seen(string tag, double value) => _live[tag] = value;

    /// <summary>The read-back is the requested value, and cannot be the one before.</summary>
    protected static bool IsAt(SetpointItem item, double value)
    {
        double half = Math.Abs(item.Value - item.Expected) / 2;
        double tolerance = half > 0 ? Math.Min(item.ExpectedTolerance, half) : item.ExpectedTolerance;
        // A setpoint kept as a 32 bit number comes back rounded.
        return Math.Abs(value - item.Value) <= Math.Max(tolerance, 1e-6 * Math.Abs(item.Value));
    }

    /// <summary>Why a write must not go out; null: it may.</summary>
    protected Acknowledgement? Refusal(SetpointRequest request, DateTimeOffset now)
    {
        if (now > request.ExpiresAt)
        {
            return Answer(request, AcknowledgementState.Expired, now, ReasonCode.Expired, $"expired {request.ExpiresAt:O}, now {now:O}");
        }

        if (request.DryRun)
        {
            return Answer(request, AcknowledgementState.Rejected, now, ReasonCode.DryRun, "this gateway cannot try a write without doing it");
        }

        foreach (var item in request.Items)
        {
            if (!(item.Value >= item.Low && item.Value <= item.High))
            {
                return Answer(request, AcknowledgementState.Rejected, now, item.Value < item.Low ? ReasonCode.LimitLo : ReasonCode.LimitHi, FormattableString.Invariant($"{item.Tag} {item.Value:G6}, limits {item.Low:G6} to {item.High:G6}"));
            }

            // Written so that NaN fails.
            if (!(Math.Abs(Live(item.Tag) - item.Expected) <= item.ExpectedTolerance) && !IsAt(item, Live(item.Tag)))
            {
                return Answer(request, AcknowledgementState.Rejected, now, ReasonCode.ExpectMismatch, FormattableString.Invariant($"{item.Tag} stands at {Live(item.Tag):G6}, the move starts at {item.Expected:G6}"));
            }
        }

        return null;
    }

    protected Acknowledgement Answer(SetpointRequest request, AcknowledgementState state, DateTimeOffset now, ReasonCode code = ReasonCode.None, string? reason = null) => new(
        request.SetpointId, request.WriterEpoch, request.Sequence, gateway, state, code, reason, now,
        [.. request.Items.Select(i => new AcknowledgedItem(i.Tag, i.Value, null, double.IsFinite(Live(i.Tag)) ? Live(i.Tag) : null))]);
}
