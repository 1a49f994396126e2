using Microsoft.Data.Sqlite;

namespace Optimizer.Historian;

/// <summary>What came of checking the chain.</summary>
/// <param name="Records">Records that hold, from the first on without a break.</param>
/// <param name="Head">Hash of the last of them; empty: there is none. Note it elsewhere: it vouches for all before it.</param>
/// <param name="BrokenAt">Number of the first record that does not hold; null: all do.</param>
/// <param name="What">What is wrong with it, in one sentence.</param>
public sealed record AuditCheck(long Records, string Head, long? BrokenAt, string? What)
{
    public bool IsWhole => BrokenAt is null;

    /// <summary>Checks the record in a data folder, also while a worker writes it.</summary>
    /// <param name="expected">Hash of a record that was noted elsewhere and must be one of the chain; null: none was.</param>
    /// <exception cref="StoreException">There is none, or it cannot be opened at all.</exception>
    public static AuditCheck Of(string folder, string? expected = null)
    {
        // Before the rows are read: they can only get more meanwhile.
        var head = AuditHead.Read(folder);
        using var file = SqliteFile.OpenRead(Path.Combine(folder, AuditRecord.FileName), AuditSchema.Migrations.Length);
        bool vouched = expected is null;
        var check = Chain(file, row =>
        {
            vouched |= row.Hash == expected;
            return head is { } noted && noted.Sequence == row.Sequence && noted.Hash != row.Hash ? "it is not the record that was noted when it was written: the chain was made anew" : null;
        });
        if (!check.IsWhole)
        {
            return check;
        }

        long next = check.Records + 1;
        return head is null && file.Schema() > 0 ? check with { BrokenAt = next, What = $"{Path.GetFileName(AuditHead.PathIn(folder))} is missing or unreadable: nobody can tell whether later records were removed" }
            : head?.Sequence > check.Records ? check with { BrokenAt = next, What = $"records {next} to {head.Value.Sequence} were written and are gone" }
            : !vouched ? check with { BrokenAt = next, What = $"no record has the hash {expected}" }
            : check;
    }

    /// <param name="also">What else is wrong with a record; null: nothing.</param>
    internal static AuditCheck Chain(SqliteFile file, Func<StoredRow, string?> also)
    {
        string previous = "";
        long records = 0;
        try
        {
            foreach (var row in StoredRow.All(file))
            {
                string? wrong = row.Sequence != records + 1 ? $"it follows record {records}: records between were removed, or numbers changed"
                    : row.Previous != previous ? "it does not continue the record before it"
                    : row.Hash != StoredRow.HashOf(previous, row.At, row.Kind, row.Body) ? "its time, kind, content or hash was altered"
                    : also(row);
                if (wrong is not null)
                {
                    return new AuditCheck(records, previous, row.Sequence, wrong);
                }

                (records, previous) = (row.Sequence, row.Hash);
            }
        }
        catch (Exception e) when (e is SqliteException or InvalidCastException or InvalidOperationException or FormatException or OverflowException)
        {
            return new AuditCheck(records, previous, records + 1, "it cannot be read: " + e.Message);
        }

        return new AuditCheck(records, previous, null, null);
    }
}
