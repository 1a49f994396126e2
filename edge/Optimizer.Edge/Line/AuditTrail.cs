using Optimizer.Cycle;
using Optimizer.Historian;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Edge.Line;

/// <summary>Writes line events to the audit record, keeps the ledger in step with it, and says when it cannot.</summary>
/// <param name="siteHash">See <see cref="Site.SiteLine.Hash"/>.</param>
internal sealed class AuditTrail(AuditRecord record, string siteHash, long epoch)
{
    /// <summary>Time between two attempts to write again.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(15);

    private readonly HashSet<string> _unrecorded = new(StringComparer.Ordinal);
    private ModeState? _mode;
    private string? _model, _lostWhy;
    private DateTimeOffset _lostSince;
    private long _lost;

    /// <summary>Rows that could not be stored since the last time all was well.</summary>
    public long Lost => _lost;

    /// <summary>Moves of the last day that may have reached the plant.</summary>
    public IReadOnlyList<PastMove> Moves(DateTimeOffset now) => [.. record.Ledger(now - TimeSpan.FromDays(1))
        .SelectMany(r => r.Items.Select(i => new PastMove(r.IssuedAt, i.Tag, i.To - i.From))).Where(m => m.At <= now).OrderBy(m => m.At)];

    /// <summary>The first rows of a life: what runs, what changed since the last one, and which writes the last one left open.</summary>
    public void Began(LineLoop loop, string site, OperatingMode mode, DateTimeOffset now)
    {
        (_mode, _model) = (loop.Mode, loop.Surrogates?.Hash);
        var limits = AuditText.Limits(loop.Line);
        var start = new StartText(typeof(AuditTrail).Assembly.GetName().Version?.ToString(3), epoch, site, siteHash, mode, loop.Surrogates?.Version, _model, limits);
        var before = AuditText.Start(record.Latest("start")?.Body);
        Store(now, "start", AuditText.Json(start));
        if (before is not null && before.SiteHash != siteHash)
        {
            Store(now, "configuration", AuditText.Json(new
            {
                Before = before.SiteHash,
                After = siteHash,
                Changed = limits.Keys.Union(before.Limits.Keys, StringComparer.Ordinal).Where(k => limits.GetValueOrDefault(k) != before.Limits.GetValueOrDefault(k))
                    .Select(k => new { Limit = k, Before = before.Limits.GetValueOrDefault(k), After = limits.GetValueOrDefault(k) }),
            }));
        }

        foreach (var open in record.Ledger(now).Where(r => r.Fate == WriteFate.Open && r.Epoch < epoch))
        {
            const string Why = "the process ended before its answer came; it is not sent again";
            Store(now, "write_ended", AuditText.Json(new { open.Id, Fate = WriteFate.Lost, open.Attempts, Reason = Why }), new LedgerChange.Ended(open.Id, WriteFate.Lost, Why));
        }
    }

    /// <summary>The last row of a life that ends in order.</summary>
    public void Ended(DateTimeOffset now) => Store(now, "stop", AuditText.Json(new { Epoch = epoch }));

    /// <param name="trouble">Why the record cannot be relied on any more, also where this row was stored; null: it can.</param>
    /// <returns>True when the row is on disk, or the event needs none. A write whose row is not must not go out, then or later.</returns>
    public bool TryRecord(LineEvent e, LineLoop? loop, out string? trouble)
    {
        var (change, write) = Change(e);
        bool stored = true;
        trouble = null;
        if (AuditText.Row(e, new AuditContext(siteHash, loop, _mode, _model)) is var (kind, body))
        {
            stored = Store(e.At, kind, body, change);
            trouble = stored ? null : _lostWhy;
        }

        (_mode, _model) = (e is ModeChanged m ? m.State : _mode, e is SurrogatesAdopted a ? a.Set.Hash : _model);
        if (stored && record.IsOnReserve)
        {
            trouble = "the disk is full, and the record goes into the room kept for it";
        }

        if (write is not null && trouble is not null)
        {
            // When it is asked for again later, with a row, it is as old as now.
            _unrecorded.Add(write);
        }

        return stored && (write is null || !_unrecorded.Contains(write));
    }

    /// <summary>Tries whether the record can be written again, and records what is missing in it.</summary>
    public bool TryResume(DateTimeOffset now)
    {
        if (!record.TryRestoreReserve())
        {
            return false;
        }

        long lost = _lost;
        if (!Store(now, "audit_resumed", AuditText.Json(new { Lost = lost, Since = lost > 0 ? _lostSince : now, Reason = _lostWhy })))
        {
            _lost = lost;
            return false;
        }

        (_lost, _lostWhy) = (0, null);
        return true;
    }

    private (LedgerChange? Change, string? Write) Change(LineEvent e) => e switch
    {
        SendWrite { Write: { Kind: RequestKind.Write } w } => (new LedgerChange.Sent(w), w.Id),
        WriteEnded w => (new LedgerChange.Ended(w.Account.Write.Id, w.Account.Fate, w.Account.Reason), null),
        Acknowledged { Acknowledgement: var a } when a.WriterEpoch < epoch && Fate(a.State) is { } fate => (new LedgerChange.Ended(a.SetpointId, fate, a.Reason ?? "told after the process that sent it had ended"), null),
        _ => (null, null),
    };

    private static WriteFate? Fate(AcknowledgementState state) => state switch
    {
        AcknowledgementState.Verified => WriteFate.Verified,
        AcknowledgementState.Rejected or AcknowledgementState.Expired => WriteFate.Rejected,
        AcknowledgementState.Deviated => WriteFate.Deviated,
        AcknowledgementState.Superseded or AcknowledgementState.Released or AcknowledgementState.LeaseLost => WriteFate.Lost,
        _ => null,
    };

    private bool Store(DateTimeOffset at, string kind, string body, LedgerChange? change = null)
    {
        try
        {
            record.Append(at, kind, body, change);
            return true;
        }
        catch (IOException e)
        {
            _lostSince = _lost++ == 0 ? at : _lostSince;
            _lostWhy = e.Message;
            return false;
        }
    }
}
