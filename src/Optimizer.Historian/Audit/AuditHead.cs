using System.Globalization;

namespace Optimizer.Historian;

/// <summary>
/// <c>audit.head</c>: number and hash of the last record, beside the database. A chain alone does not tell that its last records are gone.
/// </summary>
/// <param name="Sequence">0: no record yet.</param>
internal readonly record struct AuditHead(long Sequence, string Hash)
{
    private const string FileName = "audit.head";

    public static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <returns>Null: there is none, or it cannot be read.</returns>
    public static AuditHead? Read(string folder)
    {
        string file = PathIn(folder);
        string[] words = File.Exists(file) ? File.ReadAllText(file).Split(' ', '\n') : [];
        return words is [var number, var hash, ..] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long sequence) ? new AuditHead(sequence, hash) : null;
    }

    /// <summary>Not flushed to the disk: after a power cut an older head may stand, which vouches for less and contradicts nothing.</summary>
    public void Write(string folder)
    {
        string part = PathIn(folder) + ".part";
        File.WriteAllText(part, string.Create(CultureInfo.InvariantCulture, $"{Sequence} {Hash}\n"));
        File.Move(part, PathIn(folder), overwrite: true);
    }
}
