using System.CommandLine;
using System.Globalization;
using Optimizer.Edge.Line;
using Optimizer.Historian;

namespace Optimizer.Edge.Commands;

/// <summary><c>audit</c>: whether the record of what was decided, written and changed is whole, and the record itself.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        var command = new Command("audit",
            "The record of every decision, write, acknowledgement, mode, limit and model change. Also while a worker writes it.\nExample: optimizer audit verify --data ./data");
        command.Subcommands.Add(Verify());
        command.Subcommands.Add(Export());
        return command;
    }

    private static Command Verify()
    {
        var data = CommonOptions.ExistingData();
        var head = new Option<string?>("--head") { Description = "Hash that verify gave earlier and that was noted elsewhere; it must be one of the chain.", HelpName = "HASH" };
        var command = new Command("verify", "Checks the whole chain: exit code 0 only if it holds, 65 with the first record that does not.");
        command.Options.Add(data);
        command.Options.Add(head);
        command.SetAction(parsed =>
        {
            string folder = parsed.GetValue(data)!;
            var check = AuditCheck.Of(folder, parsed.GetValue(head));
            if (check.IsWhole)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{check.Records} records, the chain holds, head {(check.Records == 0 ? "none" : check.Head)}"));
                return ExitCodes.Ok;
            }

            Console.Error.WriteLine(OneLine.Of(string.Create(CultureInfo.InvariantCulture, $"{Path.Combine(folder, AuditRecord.FileName)}: record {check.BrokenAt}: {check.What}; {check.Records} records before it hold")));
            return ExitCodes.Data;
        });
        return command;
    }

    private static Command Export()
    {
        var data = CommonOptions.ExistingData();
        var output = new Option<string?>("--out") { Description = "Left out: standard output.", HelpName = "FILE" };
        var command = new Command("export", "Writes every record as one JSON object a line, oldest first: seq, at, kind, previous, hash, body.");
        command.Options.Add(data);
        command.Options.Add(output);
        command.SetAction(parsed =>
        {
            string folder = parsed.GetValue(data)!;
            if (CommonOptions.Writable(parsed.GetValue(output)) is not { } file)
            {
                AuditExport.Write(folder, Console.Out);
                return ExitCodes.Ok;
            }

            using var writer = new StreamWriter(file);
            long written = AuditExport.Write(folder, writer);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{written} records to {file}"));
            return ExitCodes.Ok;
        });
        return command;
    }
}
