using Optimizer.Plant;

namespace Optimizer.Simulation;

/// <summary>Verification of request: everything a gateway checks before a setpoint is taken, in order.</summary>
internal sealed class RequestChecks(GatewayOptions options)
{
    private static readonly TimeSpan LeaseMin = TimeSpan.FromSeconds(5), LeaseMax = TimeSpan.FromHours(1);
    private static readonly (ReasonCode Code, string Reason) Fine = (ReasonCode.None, "");

    private readonly Dictionary<string, int> _index = options.Tags.Select((t, i) => (t.Tag, i)).ToDictionary(p => p.Tag, p => p.i, StringComparer.Ordinal);
    private long _epoch, _sequence;

    public int IndexOf(string tag) => _index.GetValueOrDefault(tag, -1);

    /// <summary>Remembers how far the writer has come.</summary>
    public void Took(SetpointRequest request) => _sequence = request.Sequence;

    public (ReasonCode Code, string Reason) Judge(SetpointRequest request, IReadOnlyList<double> live, bool remote, bool interlock, IReadOnlyDictionary<string, Windup> woundUp, DateTimeOffset now)
    {
        var verdict = Envelope(request, now);
        if (verdict.Code != ReasonCode.None)
        {
            return verdict;
        }

        // The newest life fences off all older ones, whatever becomes of this request.
        (_epoch, _sequence) = request.WriterEpoch > _epoch ? (request.WriterEpoch, 0) : (_epoch, _sequence);

        // The way down is always open: a release needs no permission.
        if (request.Kind == RequestKind.Release)
        {
            return Fine;
        }

        if (!remote)
        {
            return (ReasonCode.NotRemote, "the operator's switch is on local");
        }

        return interlock ? (ReasonCode.Interlock, "an interlock is active") : Items(request, live, woundUp);
    }

    private (ReasonCode Code, string Reason) Envelope(SetpointRequest request, DateTimeOffset now)
    {
        if (request.Gateway != options.Name)
        {
            return (ReasonCode.BadSchema, $"addressed to {request.Gateway}, this is {options.Name}");
        }

        if (request.SetpointId.Length == 0 || request.WriterEpoch < 1 || request.Sequence < 1)
        {
            return (ReasonCode.BadSchema, "id, epoch and sequence must be there and above zero");
        }

        if (request.Lease < LeaseMin || request.Lease > LeaseMax)
        {
            return (ReasonCode.BadSchema, FormattableString.Invariant($"lease {request.Lease.TotalSeconds:F0} s, expected 5 to 3600"));
        }

        if (now > request.ExpiresAt || request.ExpiresAt <= request.IssuedAt || request.IssuedAt - now > options.ClockSkew || request.ExpiresAt - request.IssuedAt > options.LongestLife)
        {
            return (ReasonCode.Expired, FormattableString.Invariant($"issued {request.IssuedAt:HH:mm:ss}, expires {request.ExpiresAt:HH:mm:ss}, now {now:HH:mm:ss}"));
        }

        if (request.WriterEpoch < _epoch)
        {
            return (ReasonCode.StaleEpoch, $"epoch {request.WriterEpoch}, newest seen {_epoch}");
        }

        return request.WriterEpoch == _epoch && request.Sequence <= _sequence
            ? (ReasonCode.OldSeq, $"sequence {request.Sequence}, newest taken {_sequence}")
            : Fine;
    }

    private (ReasonCode, string) Items(SetpointRequest request, IReadOnlyList<double> live, IReadOnlyDictionary<string, Windup> woundUp)
    {
        if (request.Items.Count == 0 || request.Items.DistinctBy(i => i.Tag).Count() != request.Items.Count)
        {
            return (ReasonCode.BadSchema, "expected one or more writes, each of another tag");
        }

        foreach (var item in request.Items)
        {
            int i = IndexOf(item.Tag);
            if (i < 0)
            {
                return (ReasonCode.UnknownTag, item.Tag);
            }

            var verdict = Item(item, options.Tags[i]);
            verdict = verdict.Code == ReasonCode.None && request.Kind == RequestKind.Write ? Move(item, options.Tags[i], live[i]) : verdict;
            verdict = verdict.Code == ReasonCode.None && request.Kind == RequestKind.Write ? Room(item, live[i], woundUp.GetValueOrDefault(item.Tag)) : verdict;
            if (verdict.Code != ReasonCode.None)
            {
                return verdict;
            }
        }

        return Fine;
    }

    private static (ReasonCode Code, string Reason) Item(SetpointItem item, GatewayTag tag)
    {
        if (!double.IsFinite(item.Value) || !(item.ExpectedTolerance >= 0) || item.RampPerMinute is { } ramp && !(ramp > 0))
        {
            return (ReasonCode.BadSchema, FormattableString.Invariant($"{item.Tag}: value {item.Value}, tolerance {item.ExpectedTolerance}, ramp {item.RampPerMinute}"));
        }

        if (item.EngineeringUnit != tag.EngineeringUnit)
        {
            return (ReasonCode.UnitMismatch, $"{item.Tag} in {item.EngineeringUnit}, expected {tag.EngineeringUnit}");
        }

        // Whoever breaks the limits it names itself is not to be trusted either.
        double high = Math.Min(tag.High, item.High), low = Math.Max(tag.Low, item.Low);
        if (!(item.Value <= high))
        {
            return (ReasonCode.LimitHi, FormattableString.Invariant($"{item.Tag} {item.Value:G6}, at most {high:G6}"));
        }

        return item.Value >= low ? Fine : (ReasonCode.LimitLo, FormattableString.Invariant($"{item.Tag} {item.Value:G6}, at least {low:G6}"));
    }

    private static (ReasonCode, string) Room(SetpointItem item, double live, Windup wound) =>
        (wound is Windup.Hi or Windup.Both && item.Value > live) || (wound is Windup.Lo or Windup.Both && item.Value < live)
            ? (ReasonCode.Windup, FormattableString.Invariant($"{item.Tag} by {item.Value - live:G4}, its loop can no longer follow that way"))
            : Fine;

    private static (ReasonCode, string) Move(SetpointItem item, GatewayTag tag, double live)
    {
        if (!(Math.Abs(item.Expected - live) <= item.ExpectedTolerance))
        {
            return (ReasonCode.ExpectMismatch, FormattableString.Invariant($"{item.Tag} stands at {live:G6}, the request expected {item.Expected:G6}"));
        }

        return !(Math.Abs(item.Value - live) <= tag.MaxStep * (1 + 1e-9)) || item.RampPerMinute > tag.RatePerMinute * (1 + 1e-9)
            ? (ReasonCode.Rate, FormattableString.Invariant($"{item.Tag} by {item.Value - live:G4} at {item.RampPerMinute:G4} per min, at most {tag.MaxStep:G4} at {tag.RatePerMinute:G4} per min"))
            : Fine;
    }
}
