using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Optimizer.Historian;

/// <summary>One record of the audit chain.</summary>
/// <param name="Sequence">From 1, without holes.</param>
/// <param name="Body">JSON.</param>
/// <param name="Previous">Hash of the record before; empty for the first.</param>
/// <param name="Hash">Lower-case hex of SHA-256 over previous, time, kind and body in UTF-8, a line feed between each.</param>
public sealed record AuditRow(long Sequence, DateTimeOffset At, string Kind, string Body, string Previous, string Hash);

/// <summary>The same as it is stored: times stay text, because the hash stands over what is stored, whatever somebody wrote there.</summary>
internal readonly record struct StoredRow(long Sequence, string At, string Kind, string Body, string Previous, string Hash)
{
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    public static string HashOf(string previous, string at, string kind, string body) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{previous}\n{at}\n{kind}\n{body}")));

    /// <summary>Every record, oldest first, as the database gives it.</summary>
    public static IEnumerable<StoredRow> All(SqliteFile file)
    {
        using var reader = file.Read("SELECT seq, at, kind, body, previous, hash FROM audit ORDER BY seq");
        while (reader.Read())
        {
            yield return new StoredRow(reader.GetInt64(0), Text(1), Text(2), Text(3), Text(4), Text(5));
        }

        string Text(int column) => reader.IsDBNull(column) ? "" : reader.GetString(column);
    }
}
