using Microsoft.Data.Sqlite;

namespace Optimizer.Historian;

/// <summary>Copies a database while it is used.</summary>
internal static class StoreBackup
{
    public static void Copy(SqliteFile from, string file) => from.Guard(() =>
    {
        string part = file + ".part";
        File.Delete(part);
        using (var to = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = part, Pooling = false }.ToString()))
        {
            to.Open();
            from.Connection.BackupDatabase(to);
            using var plain = to.CreateCommand();
            // One file alone, without a log beside it.
            plain.CommandText = "PRAGMA journal_mode=DELETE";
            plain.ExecuteNonQuery();
        }

        File.Move(part, file, overwrite: true);
        return true;
    });
}
