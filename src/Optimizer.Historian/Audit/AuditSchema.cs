namespace Optimizer.Historian;

internal static class AuditSchema
{
    public static readonly string[] Migrations =
    [
        // The first release had these without a version.
        """
        CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS writer (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL);
        """,
        """
        CREATE TABLE ledger (id TEXT PRIMARY KEY, epoch INTEGER NOT NULL, sequence INTEGER NOT NULL, issued TEXT NOT NULL, items TEXT NOT NULL,
            attempts INTEGER NOT NULL, fate TEXT NOT NULL, reason TEXT, ended TEXT);
        CREATE INDEX ledger_by_issued ON ledger (issued);
        """,
    ];
}
