using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Optimizer.Historian;

/// <summary>The audit record as JSON lines: one object a record with <c>seq, at, kind, previous, hash, body</c>.</summary>
public static class AuditExport
{
    /// <summary>Writes every record, oldest first, also while a worker writes.</summary>
    /// <returns>Records written.</returns>
    /// <exception cref="StoreException">There is none, or it cannot be read.</exception>
    public static long Write(string folder, TextWriter output)
    {
        using var file = SqliteFile.OpenRead(Path.Combine(folder, AuditRecord.FileName), AuditSchema.Migrations.Length);
        return file.Guard(() =>
        {
            long written = 0;
            foreach (var row in StoredRow.All(file))
            {
                output.Write(Line(row));
                output.Write('\n');
                written++;
            }

            return written;
        });
    }

    // The body goes in as it is, so that the hash can be computed from the export; what is no JSON goes in as text.
    private static string Line(StoredRow row)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("seq", row.Sequence);
            json.WriteString("at", row.At);
            json.WriteString("kind", row.Kind);
            json.WriteString("previous", row.Previous);
            json.WriteString("hash", row.Hash);
            json.WritePropertyName("body");
            if (IsJson(row.Body))
            {
                json.WriteRawValue(row.Body, skipInputValidation: true);
            }
            else
            {
                json.WriteStringValue(row.Body);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var parsed = JsonDocument.Parse(text);
            return !text.Contains('\n', StringComparison.Ordinal);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
