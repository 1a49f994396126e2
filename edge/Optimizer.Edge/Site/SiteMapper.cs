using System.Linq.Expressions;
using System.Security.Cryptography;
using Optimizer.Cycle;
using Optimizer.Guardrails;
using Optimizer.Objectives;
using Optimizer.Plant;
using Optimizer.Search;
using Optimizer.Setpoints;
using Optimizer.Surrogates;

namespace Optimizer.Edge.Site;

/// <summary>A site ready to run.</summary>
public sealed record SiteLine(SiteDefinition Site, LineDefinition Line, IReadOnlyList<SurrogateDesign> Designs)
{
    /// <summary>SHA-256 of the site file's bytes, lower-case hex; empty: it came from no file.</summary>
    public string Hash { get; init; } = "";
}

/// <summary>Puts a site definition together: names are resolved, formulas compiled. Collects every mistake between parts.</summary>
internal static class SiteMapper
{
    /// <exception cref="SiteException">The file has mistakes; all of them are named.</exception>
    public static SiteLine Load(string file)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SiteException(file, [new SiteError("$", e.Message, "a readable site file")]);
        }

        var errors = new List<SiteError>();
        using var text = new StreamReader(new MemoryStream(bytes));
        var line = Parse(text.ReadToEnd(), errors) ?? throw new SiteException(file, errors);
        return line with { Hash = Convert.ToHexStringLower(SHA256.HashData(bytes)) };
    }

    /// <returns>The line, or null with <paramref name="errors"/>.</returns>
    public static SiteLine? Parse(string text, List<SiteError> errors)
    {
        if (SiteReader.Read(text, errors) is not { } site)
        {
            return null;
        }

        if (!SiteChecks.Run(site, errors))
        {
            // Formulas over names that clash or are missing would only repeat the same mistakes.
            return null;
        }

        var unit = Unit(site);
        var designs = Designs(site, unit, errors);
        var problem = Problem(site, unit, errors);
        return errors.Count > 0 ? null : new SiteLine(site, Line(site, problem), designs);
    }

    private static ProcessUnit Unit(SiteDefinition site)
    {
        // A file with mistakes gets here too, so that its formulas are checked: then a tag may be missing.
        string UnitOf(string tag) => site.Tags.FirstOrDefault(t => t.Name == tag)?.EngineeringUnit ?? "";
        var signals = site.Signals.DistinctBy(s => s.Name).ToDictionary(s => s.Name, s => new TagWindow(s.Name, s.Tag, s.Lag, s.Window, s.Statistic), StringComparer.Ordinal);
        return new ProcessUnit
        {
            Name = site.Unit,
            Gateway = site.Gateway.Id,
            Tags =
            [
                .. site.Tags.Select(t => new Tag(t.Name, t.EngineeringUnit, t.Low, t.High, t.Period)
                {
                    Noise = t.Noise, Critical = t.Critical, SteadyKey = t.SteadyKey, Lab = t.SamplePoint is not null,
                }),
                .. site.Manipulated.Zip(site.Readbacks, (m, r) => new Tag(m.SetpointTag, m.EngineeringUnit, m.EngineeringLow, m.EngineeringHigh, ReadbackPeriod(site, r))),
            ],
            ManipulatedVariables = site.Manipulated,
            DisturbanceVariables = [.. site.Disturbances.Select(d => new DisturbanceVariable(d.Name, d.Tag, UnitOf(d.Tag) + (d.Statistic == WindowStatistic.Slope ? "/h" : ""), d.Window)
            {
                Lag = d.Lag, Statistic = d.Statistic,
            })],
            ControlledVariables = [.. site.Controlled.Select(c => new ControlledVariable(c.Name, c.Tag, UnitOf(c.Tag), c.Aggregate, c.BiasTime)
            {
                Signals = [.. c.SoftSensor.Where(signals.ContainsKey).Select(n => signals[n])],
                DeadTime = c.DeadTime,
                Covers = c.Covers,
                Logarithmic = c.LogarithmOffset is not null, LogarithmOffset = c.LogarithmOffset ?? 0,
            })],
            Campaign = site.Campaign is { } g ? new CampaignTag(g.Tag, g.Settling) : null,
            Running = site.Running is { } r ? new RunningState(r.Tag, r.Value, r.Settling) : null,
        };
    }

    private static TimeSpan? ReadbackPeriod(SiteDefinition site, ReadbackForm readback) =>
        (readback.Via is null ? site.Telemetry : site.Sources.GetValueOrDefault(readback.Via)) is { ReportsOnChange: true } ? null : site.Telemetry.Period;

    private static List<SurrogateDesign> Designs(SiteDefinition site, ProcessUnit unit, List<SiteError> errors)
    {
        var inputs = unit.Inputs.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i, StringComparer.Ordinal);
        var terms = new Dictionary<string, BackboneTerm>(StringComparer.Ordinal);
        foreach (var (name, i) in inputs)
        {
            terms[name] = BackboneTerm.Linear(name, i);
            if (i < unit.ManipulatedVariables.Count)
            {
                var mv = unit.ManipulatedVariables[i];
                terms[name + "^2"] = BackboneTerm.Square(name, i, (mv.OperatorLow + mv.OperatorHigh) / 2, (mv.OperatorHigh - mv.OperatorLow) / 2);
            }
        }

        foreach (var feature in site.Features)
        {
            if (Parse(feature, inputs, errors) is { } formula)
            {
                terms[feature.Name] = new BackboneTerm(feature.Name, formula.Compile()) { Formula = formula };
            }
        }

        return [.. site.Controlled.Select(c => Design(c, terms, inputs, unit.ManipulatedVariables.Count, errors))];
    }

    private static SurrogateDesign Design(
        ControlledForm form, Dictionary<string, BackboneTerm> terms, Dictionary<string, int> inputs, int manipulated, List<SiteError> errors)
    {
        var chosen = new List<BackboneTerm>();
        for (int i = 0; i < form.Terms.Count; i++)
        {
            if (terms.TryGetValue(form.Terms[i], out var term))
            {
                chosen.Add(term);
            }
            else
            {
                errors.Add(new SiteError($"{form.Path}.terms[{i}]", $"\"{form.Terms[i]}\"", "a manipulated variable (also with ^2), a disturbance or a feature: " + string.Join(", ", terms.Keys)));
            }
        }

        var gains = new List<DeclaredGain>();
        foreach (var gain in form.Gains)
        {
            if (inputs.TryGetValue(gain.ManipulatedVariable, out int input) && input < manipulated)
            {
                gains.Add(new DeclaredGain(input, gain.ManipulatedVariable, gain.Value, gain.PlusMinus, gain.Sign));
            }
            else
            {
                errors.Add(new SiteError(gain.Path, $"\"{gain.ManipulatedVariable}\"", "a manipulated variable: " + string.Join(", ", inputs.Keys.Take(manipulated))));
            }
        }

        return new SurrogateDesign(form.Name, chosen, gains);
    }

    private static OperatingProblem? Problem(SiteDefinition site, ProcessUnit unit, List<SiteError> errors)
    {
        var layout = new ValueLayout(unit, site.Prices.Select(p => p.Name), site.Quantities.Select(q => q.Name));
        var names = layout.Names.Take(layout.Quantities).ToDictionary(n => n, n => layout[n], StringComparer.Ordinal);
        var quantities = new List<Quantity>();
        foreach (var form in site.Quantities)
        {
            if (Parse(form, names, errors) is { } formula)
            {
                quantities.Add(new Quantity(form.Name, form.EngineeringUnit, form.Expression, formula.Compile()) { Formula = formula });
            }

            names[form.Name] = layout[form.Name];
        }

        foreach (var c in site.Constraints.Where(c => !layout.Contains(c.Subject)))
        {
            errors.Add(new SiteError(c.Path + ".subject", $"\"{c.Subject}\"", "a controlled variable or a quantity: "
                + string.Join(", ", unit.ControlledVariables.Select(v => v.Name).Concat(site.Quantities.Select(q => q.Name)))));
        }

        if (errors.Count > 0)
        {
            return null;
        }

        var objective = site.Objectives.First(o => o.Name == site.Objective);
        return new OperatingProblem
        {
            Unit = unit,
            Layout = layout,
            Quantities = quantities,
            Objective = new Objective(objective.Name, objective.Quantity, quantities.First(q => q.Name == objective.Quantity).EngineeringUnit, objective.Maximise, objective.MinimumBenefit),
            Constraints = [.. site.Constraints.Select(Constraint)],
            Prices = site.Prices.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal),
        };
    }

    private static Constraint Constraint(ConstraintForm form) =>
        (form.IsLowerLimit
            ? Objectives.Constraint.AtLeast(form.Name, form.Subject, form.Limit, form.Class)
            : Objectives.Constraint.AtMost(form.Name, form.Subject, form.Limit, form.Class)) with
        {
            Sigmas = form.Sigmas,
            CountsInYield = form.CountsInYield,
            Weight = form.Weight,
        };

    private static LineDefinition Line(SiteDefinition site, OperatingProblem? problem)
    {
        var d = site.Decision;
        return new LineDefinition(
            problem!,
            new CycleSettings
            {
                Period = d.Period,
                TrustRadius = d.TrustRadius,
                Pessimism = d.Pessimism,
                Search = new SearchBudget(d.Candidates, d.Refinements, d.Caution),
                Retrain = d.Retrain,
                MinimumRows = d.MinimumRows,
                SteadySpacing = site.Telemetry.Period,
            },
            new GuardrailLimits { MovedAtOnce = d.MovedAtOnce, Significance = d.Significance, ModelDistance = d.ModelDistance, Watchdog = site.Gateway.Watchdog },
            new WriteTerms(site.Gateway.Id, site.Gateway.Expiry, site.Gateway.Lease),
            [.. site.Prices.Select(p => new PriceSource(p.Name, p.Value, p.Tag, p.Window))],
            site.Ceiling);
    }

    private static Expression<Func<double[], double>>? Parse(FormulaForm form, IReadOnlyDictionary<string, int> names, List<SiteError> errors)
    {
        var formula = FormulaCompiler.Parse(form.Expression, names, out string? reason);
        if (formula is null)
        {
            errors.Add(new SiteError(form.Path + ".expression", $"\"{form.Expression}\" ({reason})", "a formula over known names"));
        }

        return formula;
    }
}
