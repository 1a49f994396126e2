using System.CommandLine;
using Optimizer.Edge.Site;

namespace Optimizer.Edge.Commands;

/// <summary>The verbs of the executable.</summary>
internal static class OptimizerCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(
            "Closed-loop process optimization at the edge of a plant: learns the line, finds better setpoints within limits, writes them safely.\n"
            + "Example: optimizer demo\n" + ExitCodes.Table);
        root.Subcommands.Add(DemoCommand.Create());
        root.Subcommands.Add(RunCommand.Create());
        root.Subcommands.Add(ValidateCommand.Create());
        root.Subcommands.Add(SimulateCommand.Create());
        root.Subcommands.Add(TrialCommand.Create());
        root.Subcommands.Add(RecordCommand.Create());
        root.Subcommands.Add(TrainCommand.Create());
        root.Subcommands.Add(ModelsCommand.Create());
        root.Subcommands.Add(RecommendCommand.Create());
        root.Subcommands.Add(WhatIfCommand.Create());
        root.Subcommands.Add(AuditCommand.Create());
        root.Subcommands.Add(BackupCommand.Create());
        root.Subcommands.Add(BackupCommand.CreateRestore());

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync($"Try 'optimizer {(parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ")}--help'.");
            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e)
        {
            return await ExplainAsync(e);
        }
    }

    private static async Task<int> ExplainAsync(Exception e)
    {
        switch (e)
        {
            case OperationCanceledException:
                return ExitCodes.Ok;
            case SiteException or Mqtt.ConnectionSettingsException:
                await Console.Error.WriteLineAsync(e.Message);
                return ExitCodes.Configuration;
            case Mqtt.BrokerUnreachableException:
                await Console.Error.WriteLineAsync(e.Message);
                return ExitCodes.Unavailable;
            case UsageException:
                await Console.Error.WriteLineAsync(e.Message);
                return ExitCodes.Usage;
            case Historian.StoreException and not Historian.StoreCorruptException and not Historian.StoreVersionException:
                await Console.Error.WriteLineAsync(e.Message);
                return ExitCodes.Configuration;
            case Replay.Recordings.RecordingException or Learning.Store.ModelException or Historian.StoreException:
                await Console.Error.WriteLineAsync(e.Message);
                return ExitCodes.Data;
            case IOException or UnauthorizedAccessException:
                await Console.Error.WriteLineAsync(e.Message);
                return ExitCodes.CannotCreate;
            default:
                await Console.Error.WriteLineAsync($"internal error, please report: {e}");
                return ExitCodes.Software;
        }
    }
}

/// <summary>An option whose value cannot be used; the message names found and expected.</summary>
internal sealed class UsageException(string message) : Exception(message);
