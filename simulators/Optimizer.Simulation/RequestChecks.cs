using Optimizer.Plant;

namespace Optimizer.Simulation;

/// <summary>Verification of request: everything a gateway checks before a setpoint is taken, in order.</summary>
internal sealed class RequestChecks(GatewayOptions options)
{
    private readonly Dictionary<string, int> _index = options.Tags.Select((t, i) => (t.Tag, i)).ToDictionary(p => p.Tag, p => p.i, StringComparer.Ordinal);
    private long _epoch, _sequence;

    public int IndexOf(string tag) => _index.GetValueOrDefault(tag, -1);

    /// <summary>Remembers how far the writer has come.</summary>
    public void Took(SetpointRequest request) => (_epoch, _sequence) = (request.WriterEpoch, request.Sequence);

    public (ReasonCode Code, string Reason) Judge(SetpointRequest request, IReadOnlyList<double> live, bool remote, bool interlock, DateTimeOffset now)
    {
        if (request.Gateway != options.Name)
        {
            return (ReasonCode.BadSchema, $"addressed to {request.Gateway}, this is {options.Name}");
        }

        if (now > request.ExpiresAt || request.ExpiresAt <= request.IssuedAt || request.IssuedAt - now > options.ClockSkew)
        {
            return (ReasonCode.Expired, FormattableString.Invariant($"issued {request.IssuedAt:HH:mm:ss}, expires {request.ExpiresAt:HH:mm:ss}, now {now:HH:mm:ss}"));
        }

        if (request.WriterEpoch < _epoch)
        {
            return (ReasonCode.StaleEpoch, $"epoch {request.WriterEpoch}, newest seen {_epoch}");
        }

        if (request.WriterEpoch == _epoch && request.Sequence <= _sequence)
        {
            return (ReasonCode.OldSeq, $"sequence {request.Sequence}, newest taken {_sequence}");
        }

        if (request.Lease <= TimeSpan.Zero)
        {
            return (ReasonCode.BadSchema, "a lease must be above zero");
        }

        // The way down is always open: a release needs no permission.
        if (request.Kind == RequestKind.Release)
        {
            return (ReasonCode.None, "");
        }

        if (!remote)
        {
            return (ReasonCode.NotRemote, "the operator's switch is on local");
        }

        return interlock ? (ReasonCode.Interlock, "an interlock is active") : Items(request, live);
    }

    private (ReasonCode, string) Items(SetpointRequest request, IReadOnlyList<double> live)
    {
        if (request.Items.Count == 0)
        {
            return (ReasonCode.BadSchema, "no writes in the request");
        }

        foreach (var item in request.Items)
        {
            if (IndexOf(item.Tag) is var i && i < 0)
            {
                return (ReasonCode.UnknownTag, item.Tag);
            }

            var (code, reason) = Item(item, options.Tags[i], live[i], request.Kind);
            if (code != ReasonCode.None)
            {
                return (code, reason);
            }
        }

        return (ReasonCode.None, "");
    }

    private static (ReasonCode, string) Item(SetpointItem item, GatewayTag tag, double live, RequestKind kind)
    {
        if (item.EngineeringUnit != tag.EngineeringUnit)
        {
            return (ReasonCode.UnitMismatch, $"{item.Tag} in {item.EngineeringUnit}, expected {tag.EngineeringUnit}");
        }

        if (!(item.Value <= tag.High))
        {
            return (ReasonCode.LimitHi, FormattableString.Invariant($"{item.Tag} {item.Value:G6}, at most {tag.High:G6}"));
        }

        if (!(item.Value >= tag.Low))
        {
            return (ReasonCode.LimitLo, FormattableString.Invariant($"{item.Tag} {item.Value:G6}, at least {tag.Low:G6}"));
        }

        if (kind == RequestKind.Renew)
        {
            return (ReasonCode.None, "");
        }

        if (!(Math.Abs(item.Expected - live) <= item.ExpectedTolerance))
        {
            return (ReasonCode.ExpectMismatch, FormattableString.Invariant($"{item.Tag} stands at {live:G6}, the request expected {item.Expected:G6}"));
        }

        if (!(Math.Abs(item.Value - live) <= tag.MaxStep * (1 + 1e-9)) || item.RampPerMinute > tag.RatePerMinute * (1 + 1e-9))
        {
            return (ReasonCode.Rate, FormattableString.Invariant($"{item.Tag} by {item.Value - live:G4} at {item.RampPerMinute:G4} per min, at most {tag.MaxStep:G4} at {tag.RatePerMinute:G4} per min"));
        }

        return (ReasonCode.None, "");
    }
}
