using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Optimizer.Historian;

/// <param name="At">When it was made, wall clock.</param>
/// <param name="Files">SHA-256 of each file, lower-case hex, by name.</param>
/// <param name="AuditHead">Hash of the last audit record in it; empty: there is none.</param>
public sealed record BackupManifest(DateTimeOffset At, IReadOnlyDictionary<string, string> Files, string AuditHead);

/// <summary>Copies of a data folder's databases: made while a worker runs, verified before they are put back.</summary>
public static class Backups
{
    public const string ManifestName = "backup.json";

    /// <summary>
    /// Added to the writer epoch by a restore. What was written after the backup was written with epochs the backup does not know, and a
    /// gateway refuses an epoch it has seen surpassed.
    /// </summary>
    public const long EpochStep = 1_000_000;

    private static readonly string[] Names = [AuditRecord.FileName, HistoryStore.FileName];

    /// <summary>Copies what a data folder has into a new folder.</summary>
    /// <exception cref="StoreException">It cannot be read or written, or the target is not empty.</exception>
    public static BackupManifest Make(string folder, string target, DateTimeOffset at)
    {
        Directory.CreateDirectory(target);
        if (Directory.EnumerateFileSystemEntries(target).Any())
        {
            throw new StoreException($"{target}: not empty; expected a new folder for the backup");
        }

        foreach (string name in Names.Where(n => File.Exists(Path.Combine(folder, n))))
        {
            using var file = SqliteFile.OpenRead(Path.Combine(folder, name), int.MaxValue);
            StoreBackup.Copy(file, Path.Combine(target, name));
        }

        var check = AuditOf(target);
        var manifest = new BackupManifest(at, Names.Where(n => File.Exists(Path.Combine(target, n))).ToDictionary(n => n, n => HashOf(Path.Combine(target, n)), StringComparer.Ordinal), check?.Head ?? "");
        File.WriteAllText(Path.Combine(target, ManifestName), JsonSerializer.Serialize(manifest));
        return manifest;
    }

    /// <summary>Puts a backup in the place of a data folder's databases, which are kept beside it as <c>*.before-restore</c>.</summary>
    /// <returns>The writer epoch as it stands now.</returns>
    /// <exception cref="StoreException">The backup is damaged, or a worker uses the folder; nothing was changed then.</exception>
    public static long Restore(string backup, string folder, DateTimeOffset at)
    {
        var manifest = Verify(backup);
        long known = 0;
        if (File.Exists(Path.Combine(folder, AuditRecord.FileName)))
        {
            known = KnownEpoch(folder);
        }

        foreach (string name in manifest.Files.Keys)
        {
            string file = Path.Combine(folder, name);
            Directory.CreateDirectory(folder);
            File.Copy(Path.Combine(backup, name), file + ".restoring", overwrite: true);
            // A log that stayed belongs to the file that goes.
            foreach (string old in new[] { file, file + "-wal", file + "-shm" }.Where(File.Exists))
            {
                File.Move(old, old + ".before-restore", overwrite: true);
            }

            File.Move(file + ".restoring", file);
        }

        File.Delete(AuditHead.PathIn(folder));
        using var audit = AuditRecord.Open(folder);
        long epoch = audit.RaiseEpoch(known, EpochStep);
        audit.Append(at, "restored", JsonSerializer.Serialize(new { backup_of = manifest.At, head = manifest.AuditHead, epoch }));
        return epoch;
    }

    /// <summary>Checks a backup: every file as its manifest says, and the audit chain whole.</summary>
    /// <exception cref="StoreCorruptException">It is damaged; the message says where.</exception>
    public static BackupManifest Verify(string backup)
    {
        string note = Path.Combine(backup, ManifestName);
        BackupManifest? manifest;
        try
        {
            manifest = File.Exists(note) ? JsonSerializer.Deserialize<BackupManifest>(File.ReadAllText(note)) : null;
        }
        catch (JsonException e)
        {
            throw new StoreCorruptException(note, e.Message, e);
        }

        if (manifest is null)
        {
            throw new StoreException($"{backup}: no {ManifestName}; expected a folder that a backup was made into");
        }

        foreach (var (name, hash) in manifest.Files)
        {
            string file = Path.Combine(backup, name);
            if (!Names.Contains(name) || !File.Exists(file) || HashOf(file) != hash)
            {
                throw new StoreCorruptException(file, "missing, or not what was backed up");
            }
        }

        return AuditOf(backup) is { IsWhole: false } broken
            ? throw new StoreCorruptException(Path.Combine(backup, AuditRecord.FileName), string.Create(CultureInfo.InvariantCulture, $"record {broken.BrokenAt}: {broken.What}"))
            : manifest;
    }

    private static AuditCheck? AuditOf(string folder)
    {
        string file = Path.Combine(folder, AuditRecord.FileName);
        if (!File.Exists(file))
        {
            return null;
        }

        using var audit = SqliteFile.OpenRead(file, AuditSchema.Migrations.Length);
        return AuditCheck.Chain(audit, _ => null);
    }

    private static long KnownEpoch(string folder)
    {
        try
        {
            using var held = AuditRecord.Open(folder, reserve: 0);
            return held.Epoch;
        }
        catch (StoreCorruptException)
        {
            // That is why somebody restores.
            return 0;
        }
    }

    private static string HashOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
