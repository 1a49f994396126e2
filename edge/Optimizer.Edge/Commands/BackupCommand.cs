using System.CommandLine;
using System.Globalization;
using Optimizer.Historian;

namespace Optimizer.Edge.Commands;

/// <summary><c>backup</c> and <c>restore</c>: audit record and history of a data folder.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var data = CommonOptions.ExistingData();
        var output = new Option<string>("--out") { Description = "New or empty folder.", Required = true, HelpName = "DIR" };
        var command = new Command("backup", "Copies audit record and history while a worker runs, and checks the copy. Models are plain files in DATA/models.\nExample: optimizer backup --data ./data --out ./backup-1");
        command.Options.Add(data);
        command.Options.Add(output);
        command.SetAction(parsed =>
        {
            string target = parsed.GetValue(output)!;
            var manifest = Backups.Make(parsed.GetValue(data)!, target, TimeProvider.System.GetUtcNow());
            Backups.Verify(target);
            Console.WriteLine($"{string.Join(", ", manifest.Files.Keys)} to {target}, audit head {(manifest.AuditHead.Length == 0 ? "none" : manifest.AuditHead)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command CreateRestore()
    {
        var data = new Option<string>("--data") { Description = "Data folder; no worker may run on it.", Required = true, HelpName = "DIR" };
        var from = new Option<string>("--from") { Description = "Folder of a backup.", Required = true, HelpName = "DIR" };
        var command = new Command("restore",
            "Puts a backup in place of a data folder's audit record and history; what was there stays as *.before-restore. The writer epoch goes up by a million, so that no gateway takes the worker for an older one.\n"
            + "Example: optimizer restore --data ./data --from ./backup-1");
        command.Options.Add(data);
        command.Options.Add(from);
        command.SetAction(parsed =>
        {
            long epoch = Backups.Restore(parsed.GetValue(from)!, parsed.GetValue(data)!, TimeProvider.System.GetUtcNow());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"restored into {parsed.GetValue(data)}, writer epoch {epoch}"));
            return ExitCodes.Ok;
        });
        return command;
    }
}
