using Optimizer.Plant;

namespace Optimizer.Setpoints;

/// <summary>How a write ended, or that it has not.</summary>
public enum WriteFate
{
    Open,
    Verified,
    Rejected,
    Deviated,
    TimedOut,
    Lost,
}

/// <summary>One write and what became of it.</summary>
public sealed record WriteAccount(SetpointWrite Write, DateTimeOffset SentAt, int Attempts, AcknowledgementState? LastState, WriteFate Fate, string? Reason);

/// <summary>
/// Every setpoint write from sending to its end: none is forgotten, none is queued, one is open at a time. Pure: time comes
/// in, what to send comes out.
/// </summary>
/// <remarks>
/// No answer within 3 s: the same write (same id) is sent again, twice at most, then it timed out. Accepted but not
/// verified within twice its ramp time plus 60 s: deviated. A lease is renewed every third of its length.
/// </remarks>
public sealed class WriteLedger(long epoch, WriteTerms terms)
{
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(3);
    private const int MaxAttempts = 3;

    private readonly Dictionary<WriteFate, int> _fates = [];
    private readonly SentIds _sent = new();
    private WriteAccount? _open;
    private SetpointWrite? _leased;
    private DateTimeOffset _nextRenewal;
    private long _sequence;

    /// <summary>Writes sent so far, renewals and releases not counted.</summary>
    public int Written { get; private set; }

    public bool HasOpen => _open is not null;

    public bool HoldsLease => _leased is not null;

    /// <summary>Acknowledgements of what this life never sent: somebody else writes, or somebody lies.</summary>
    public int Unmatched { get; private set; }

    /// <summary>Acknowledgements that came after their command had ended, or from a life before this one.</summary>
    public int Late { get; private set; }

    public int Count(WriteFate fate) => fate == WriteFate.Open ? (_open is null ? 0 : 1) : _fates.GetValueOrDefault(fate);

    /// <summary>The turn the next write must carry.</summary>
    public WriterTurn NextTurn => new(epoch, _sequence + 1);

    /// <summary>Takes a fresh write; it is to be sent now.</summary>
    /// <exception cref="InvalidOperationException">Another write is still open, or the write does not carry <see cref="NextTurn"/>.</exception>
    public void Open(SetpointWrite write, DateTimeOffset now)
    {
        if (_open is not null)
        {
            throw new InvalidOperationException($"write {_open.Write.Sequence} is still open; setpoints are never queued");
        }

        if (write.Sequence != NextTurn.Sequence || write.WriterEpoch != epoch)
        {
            throw new InvalidOperationException($"expected epoch {epoch} sequence {NextTurn.Sequence}, found {write.WriterEpoch} and {write.Sequence}");
        }

        _sequence++;
        Written++;
        _sent.Add(write);
        _open = new WriteAccount(write, now, 1, null, WriteFate.Open, null);
    }

    /// <summary>Passes time: returns what must be sent, and the write that ended by it.</summary>
    public IReadOnlyList<SetpointWrite> Advance(DateTimeOffset now, out WriteAccount? ended)
    {
        ended = null;
        var send = new List<SetpointWrite>();
        if (_open is { LastState: null or AcknowledgementState.Received } waiting && now - waiting.SentAt > AnswerTimeout)
        {
            if (waiting.Attempts < MaxAttempts && now <= waiting.Write.ExpiresAt)
            {
                _open = waiting with { Attempts = waiting.Attempts + 1, SentAt = now };
                send.Add(waiting.Write);
            }
            else
            {
                ended = End(WriteFate.TimedOut, $"no answer to {waiting.Attempts} attempts");
            }
        }
        else if (_open is { } accepted && accepted.LastState is not null && now - accepted.Write.IssuedAt > VerifyTimeout(accepted.Write))
        {
            ended = End(WriteFate.Deviated, $"not verified within {VerifyTimeout(accepted.Write).TotalSeconds:F0} s");
        }

        if (_leased is not null && now >= _nextRenewal)
        {
            send.Add(Renewal(now));
        }

        return send;
    }

    /// <summary>Takes an acknowledgement; returns the write it ended, if any. Those that match nothing outstanding change nothing.</summary>
    public WriteAccount? Take(Acknowledgement ack, DateTimeOffset now)
    {
        bool ours = ack.WriterEpoch == epoch && _sent.Contains(ack.SetpointId);
        if (!ours && ack.WriterEpoch >= epoch)
        {
            Unmatched++;
        }

        if (ack.WriterEpoch != epoch)
        {
            Late += ack.WriterEpoch < epoch ? 1 : 0;
            return null;
        }

        if (ack.State == AcknowledgementState.LeaseLost)
        {
            _leased = null;
            return _open is not null ? End(WriteFate.Lost, ack.Reason ?? ack.ReasonCode.ToString()) : null;
        }

        if (_open is { } open && open.Write.Id == ack.SetpointId)
        {
            return Follow(open, ack, now);
        }

        if (_sent.IsRenewal(ack.SetpointId))
        {
            _leased = ack.State is AcknowledgementState.Rejected or AcknowledgementState.Expired ? null : _leased;
        }
        else if (ours)
        {
            Late++;
        }

        return null;
    }

    /// <summary>Gives up the lease; returns the command to send, if there is one to give up.</summary>
    public SetpointWrite? Release(DateTimeOffset now)
    {
        if (_leased is not { } leased)
        {
            return null;
        }

        _leased = null;
        _sequence++;
        var release = ModeGate.Release(leased, new WriterTurn(epoch, _sequence), terms, now);
        _sent.Add(release);
        return release;
    }

    private WriteAccount? Follow(WriteAccount open, Acknowledgement ack, DateTimeOffset now)
    {
        switch (ack.State)
        {
            case AcknowledgementState.Rejected or AcknowledgementState.Expired:
                return End(WriteFate.Rejected, Reason(ack));
            case AcknowledgementState.Deviated:
                return End(WriteFate.Deviated, Reason(ack));
            case AcknowledgementState.Superseded or AcknowledgementState.Released:
                return End(WriteFate.Lost, Reason(ack));
            case AcknowledgementState.Verified:
                return End(WriteFate.Verified, null);
            case AcknowledgementState.Accepted or AcknowledgementState.Applied:
                (_leased, _nextRenewal) = (open.Write, now + (terms.Lease / 3));
                break;
        }

        _open = open with { LastState = ack.State };
        return null;
    }

    private SetpointWrite Renewal(DateTimeOffset now)
    {
        _sequence++;
        _nextRenewal = now + (terms.Lease / 3);
        var renewal = ModeGate.Renew(_leased!, new WriterTurn(epoch, _sequence), terms, now);
        _sent.Add(renewal);
        return renewal;
    }

    private WriteAccount End(WriteFate fate, string? reason)
    {
        var account = _open! with { Fate = fate, Reason = reason };
        _fates[fate] = _fates.GetValueOrDefault(fate) + 1;
        _open = null;
        if (fate is WriteFate.Deviated or WriteFate.TimedOut)
        {
            _leased = null;
        }

        return account;
    }

    private static TimeSpan VerifyTimeout(SetpointWrite write) => write.Items.Max(i => VerifyTimeout(i.Value - i.Expected, i.RampPerMinute));

    /// <summary>Twice the time its ramp takes plus 60 s.</summary>
    internal static TimeSpan VerifyTimeout(double change, double? rampPerMinute) =>
        TimeSpan.FromMinutes(rampPerMinute is { } rate and > 0 ? 2 * Math.Abs(change) / rate : 0) + TimeSpan.FromSeconds(60);

    private static string Reason(Acknowledgement ack) => ack.Reason is { } text ? $"{ack.ReasonCode}: {text}" : ack.ReasonCode.ToString();
}
