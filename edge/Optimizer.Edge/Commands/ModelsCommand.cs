using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Optimizer.Edge.Line;
using Optimizer.Edge.Site;
using Optimizer.Historian;
using Optimizer.Learning.Store;

namespace Optimizer.Edge.Commands;

/// <summary><c>models</c>: what is stored, what each knows, and which one is in force.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var command = new Command("models",
            "The models of a line: each is signed, only the champion is in force.\nExample: optimizer models list --site edge/sites/copper-foil.json --data ./data");
        command.Subcommands.Add(List());
        command.Subcommands.Add(Show());
        command.Subcommands.Add(Promote());
        command.Subcommands.Add(Rollback());
        return command;
    }

    /// <summary>The store of a site's line.</summary>
    public static ModelStore Open(string data, SiteLine site) => ModelStore.Open(data, site.Site.Name, site.Line.Unit, site.Designs);

    private static Command List()
    {
        var json = new Option<bool>("--json") { Description = "As JSON." };
        return Verb("list", "Every stored model, newest first.", [json], (parsed, store, _) =>
        {
            var models = store.List();
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(models, ReportForm.Json));
                return;
            }

            Console.WriteLine(models.Count == 0 ? "no models stored" : "version  state       trained at        results  hash          errors");
            foreach (var m in models)
            {
                string text = m.Manifest is { } k
                    ? string.Create(CultureInfo.InvariantCulture, $"{k.TrainedAt:yyyy-MM-dd HH:mm}  {k.Rows.Values.DefaultIfEmpty().Min(),7}  {k.ModelHash[..12]}  {string.Join(", ", k.Errors.Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Key} {e.Value:G3}")))}")
                    : "";
                Console.WriteLine($"{m.Version,7}  {m.State.ToString().ToLowerInvariant(),-10}  {text}{(m.Reason is null ? "" : (text.Length > 0 ? "; " : "") + OneLine.Of(m.Reason))}");
            }
        });
    }

    private static Command Show()
    {
        var version = Version();
        var json = new Option<bool>("--json") { Description = "The manifest as JSON, in place of the card." };
        return Verb("show", "The card of a model: what it learned from, errors, coverage, gains, and what it must not do.", [version, json], (parsed, store, _) =>
        {
            int wanted = parsed.GetValue(version);
            string card = store.CardOf(wanted);
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(store.List().First(m => m.Version == wanted).Manifest, ReportForm.Json) : card);
        });
    }

    private static Command Promote()
    {
        var version = Version();
        var by = By();
        var reason = Reason();
        return Verb("promote", "Makes a model the champion. A running worker takes it within a second; a model with objections is refused.", [version, by, reason], (parsed, store, data) =>
        {
            int? before = store.Champion;
            var set = store.Promote(parsed.GetValue(version), TimeProvider.System.GetUtcNow(), parsed.GetValue(by)!, parsed.GetValue(reason));
            Told("promoted", data, before, set.Version, set.Hash, parsed.GetValue(by)!, parsed.GetValue(reason));
        });
    }

    private static Command Rollback()
    {
        var by = By();
        var reason = Reason();
        return Verb("rollback", "Returns to the champion before the present one. A running worker takes it within a second.", [by, reason], (parsed, store, data) =>
        {
            int? before = store.Champion;
            var set = store.Rollback(TimeProvider.System.GetUtcNow(), parsed.GetValue(by)!, parsed.GetValue(reason));
            Told("rolled back", data, before, set.Version, set.Hash, parsed.GetValue(by)!, parsed.GetValue(reason));
        });
    }

    // The running worker owns the audit record and writes the change itself when it takes the model.
    private static void Told(string what, string data, int? before, int after, string hash, string by, string? reason)
    {
        string recorded = "recorded";
        try
        {
            using var audit = AuditRecord.Open(data);
            audit.Append(TimeProvider.System.GetUtcNow(), "model", JsonSerializer.Serialize(new { Fate = what, Before = before, After = after, Hash = hash, By = by, Reason = reason }, ReportForm.Json));
        }
        catch (IOException e)
        {
            recorded = $"not in the audit record from here ({OneLine.Of(e.Message)}); a worker that runs on this folder takes and records it";
        }

        Console.WriteLine($"{what}: model {(before is { } old ? $"{old} -> " : "")}{after}, hash {hash[..12]}, by {by}; {recorded}");
    }

    private static Command Verb(string name, string description, IReadOnlyList<Symbol> symbols, Action<ParseResult, ModelStore, string> act)
    {
        var site = CommonOptions.Site();
        var data = new Option<string>("--data") { Description = "Folder that holds the models.", Required = true, HelpName = "DIR" };
        var command = new Command(name, description);
        command.Options.Add(site);
        command.Options.Add(data);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)symbol);
            }
        }

        command.SetAction(parsed =>
        {
            string folder = parsed.GetValue(data)!;
            if (!Directory.Exists(folder))
            {
                throw new ModelException($"{folder}: no such folder, expected the data folder of a worker or of optimizer train --data");
            }

            using var store = Open(folder, SiteMapper.Load(parsed.GetValue(site)!));
            act(parsed, store, folder);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Argument<int> Version() => new("VERSION") { Description = "Number of a stored model." };

    private static Option<string> By() => new("--by") { Description = "Who does it; goes to the audit record.", Required = true, HelpName = "NAME" };

    private static Option<string?> Reason() => new("--reason") { Description = "Why; goes to the audit record.", HelpName = "TEXT" };
}
