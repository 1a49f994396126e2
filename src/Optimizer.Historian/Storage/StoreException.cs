using Microsoft.Data.Sqlite;

namespace Optimizer.Historian;

/// <summary>A store could not do what was asked; the message names its file and says what to do. Each cause has a type of its own.</summary>
public class StoreException(string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>The store's own words for an error of SQLite (result codes of sqlite.org/rescode.html).</summary>
    internal static StoreException Of(SqliteException e, string file) => e.SqliteErrorCode switch
    {
        13 => new StoreFullException(file, e),
        // 14: it could not be opened or made.
        8 or 14 => new StoreReadOnlyException(file, e),
        5 or 6 => new StoreLockedException(file, e),
        11 or 26 => new StoreCorruptException(file, e.Message, e),
        _ => new StoreFailedException(file, e),
    };
}

/// <summary>The disk, or the store's own limit, is full. What was committed before stays.</summary>
public sealed class StoreFullException(string file, Exception? inner = null)
    : StoreException($"{file}: no room to write; free space on this disk, nothing stored so far is lost", inner);

/// <summary>The file or its folder cannot be written.</summary>
public sealed class StoreReadOnlyException(string file, Exception? inner = null)
    : StoreException($"{file}: cannot be written; expected a writable disk and a folder owned by this user", inner);

/// <summary>Another process holds it.</summary>
public sealed class StoreLockedException(string file, Exception? inner = null)
    : StoreException($"{file}: held by another process; expected that no other process uses this folder", inner);

/// <summary>What lies on the disk is not what was written.</summary>
public sealed class StoreCorruptException(string file, string what, Exception? inner = null)
    : StoreException($"{file}: damaged ({what}); restore a backup", inner);

/// <summary>Reading or writing failed below SQLite, such as a failing disk.</summary>
public sealed class StoreFailedException(string file, Exception? inner = null)
    : StoreException($"{file}: {inner?.Message ?? "input or output failed"}", inner);

/// <summary>A newer release wrote it.</summary>
public sealed class StoreVersionException(string file, int found, int known)
    : StoreException($"{file}: written by a newer release (schema {found}, this one knows {known}); run that release, or restore a backup of before");
