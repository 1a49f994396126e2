using System.Globalization;
using System.Text.Json;
using Optimizer.Setpoints;

namespace Optimizer.Historian;

/// <param name="Tag">Setpoint tag at the gateway.</param>
/// <param name="From">The setpoint that was expected there.</param>
public sealed record LedgerItem(string Tag, double From, double To);

/// <summary>A setpoint write and what became of it, over process lives.</summary>
/// <param name="Fate"><see cref="WriteFate.Open"/>: its life ended before it did.</param>
public sealed record LedgerRow(
    string Id, long Epoch, long Sequence, DateTimeOffset IssuedAt, IReadOnlyList<LedgerItem> Items, int Attempts, WriteFate Fate, string? Reason, DateTimeOffset? EndedAt);

/// <summary>A change of the ledger, stored in one step with the audit record that tells of it.</summary>
public abstract record LedgerChange
{
    private LedgerChange()
    {
    }

    /// <summary>It is going out, again if it is known already.</summary>
    public sealed record Sent(SetpointWrite Write) : LedgerChange;

    public sealed record Ended(string Id, WriteFate Fate, string? Reason) : LedgerChange;
}

internal static class LedgerTable
{
    public static void Apply(SqliteFile file, LedgerChange change, string at)
    {
        if (change is LedgerChange.Sent { Write: var w })
        {
            string items = JsonSerializer.Serialize(w.Items.Select(i => new LedgerItem(i.Tag, i.Expected, i.Value)));
            file.Run("""
                INSERT INTO ledger (id, epoch, sequence, issued, items, attempts, fate) VALUES ($1, $2, $3, $4, $5, 1, $6)
                ON CONFLICT (id) DO UPDATE SET attempts = attempts + 1
                """, w.Id, w.WriterEpoch, w.Sequence, StoredRow.Time(w.IssuedAt), items, nameof(WriteFate.Open));
        }
        else if (change is LedgerChange.Ended e)
        {
            file.Run("UPDATE ledger SET fate = $1, reason = $2, ended = $3 WHERE id = $4", e.Fate.ToString(), e.Reason, at, e.Id);
        }
    }

    public static List<LedgerRow> Read(SqliteFile file, DateTimeOffset since)
    {
        var found = new List<LedgerRow>();
        using var rows = file.Read("SELECT id, epoch, sequence, issued, items, attempts, fate, reason, ended FROM ledger WHERE issued >= $1 OR fate = $2 ORDER BY epoch, sequence", StoredRow.Time(since), nameof(WriteFate.Open));
        while (rows.Read())
        {
            found.Add(new LedgerRow(
                rows.GetString(0), rows.GetInt64(1), rows.GetInt64(2), Instant(rows.GetString(3)), JsonSerializer.Deserialize<List<LedgerItem>>(rows.GetString(4)) ?? [],
                rows.GetInt32(5), Enum.Parse<WriteFate>(rows.GetString(6)), rows.IsDBNull(7) ? null : rows.GetString(7), rows.IsDBNull(8) ? null : Instant(rows.GetString(8))));
        }

        return found;
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
