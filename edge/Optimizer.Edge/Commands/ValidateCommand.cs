using System.CommandLine;
using Optimizer.Edge.Site;

namespace Optimizer.Edge.Commands;

/// <summary><c>validate</c>: every mistake of a site file at once.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var site = CommonOptions.Site();
        var command = new Command("validate", "Checks a site file and names every mistake at once.\nExample: optimizer validate --site edge/sites/copper-foil.json");
        command.Options.Add(site);
        command.SetAction(parsed =>
        {
            string file = parsed.GetValue(site)!;
            var line = SiteMapper.Load(file);
            var unit = line.Line.Unit;
            Console.WriteLine($"{file}: ok, unit {unit.Name} with {unit.Tags.Count} tags, {unit.ManipulatedVariables.Count} manipulated, {unit.ControlledVariables.Count} controlled, "
                + $"{unit.DisturbanceVariables.Count} disturbance variables, {line.Line.Problem.Constraints.Count} constraints, objective {line.Line.Problem.Objective.Name}");
            return ExitCodes.Ok;
        });
        return command;
    }
}
