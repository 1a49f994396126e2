using Optimizer.Objectives;

namespace Optimizer.Edge.Site;

/// <summary>Checks between the parts of a site file: names are unique, references lead somewhere, roles fit together.</summary>
internal static class SiteChecks
{
    private static readonly string[] NameLists = ["$.manipulated", "$.disturbances", "$.features", "$.controlled", "$.prices", "$.quantities"];

    private static readonly HashSet<string> Reserved = [.. FormulaCompiler.FunctionNames, ValueLayout.ShareInSpecification];

    /// <returns>Whether every name a formula may use stands once, so that formulas can be checked as well.</returns>
    public static bool Run(SiteDefinition site, List<SiteError> errors)
    {
        bool listed = !errors.Any(e => NameLists.Contains(e.Path));
        var tags = site.Tags.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        Unique(site.Tags.Select(t => (t.Name, t.Path + ".name")).Concat(site.Manipulated.Select((m, i) => (m.SetpointTag, $"$.manipulated[{i}].setpoint"))), "tag name", errors);
        bool named = Names([
            .. site.Manipulated.Select((m, i) => (m.Name, $"$.manipulated[{i}].name")),
            .. site.Disturbances.Select(d => (d.Name, d.Path + ".name")),
            .. site.Features.Select(f => (f.Name, f.Path + ".name")),
            .. site.Controlled.Select(c => (c.Name, c.Path + ".name")),
            .. site.Prices.Select(p => (p.Name, p.Path)),
            .. site.Quantities.Select(q => (q.Name, q.Path + ".name")),
        ], errors);
        Unique(site.Objectives.Select(o => (o.Name, o.Path + ".name")), "objective name", errors);
        Unique(site.Constraints.Select(c => (c.Name, c.Path + ".name")), "constraint name", errors);

        Known(site.Disturbances.Select(d => (d.Tag, d.Path + ".tag")), tags, "a tag", errors);
        Known(site.Signals.Select(s => (s.Tag, s.Path + ".tag")), tags, "a tag", errors);
        Unique(site.Signals.Select(s => (s.Name, s.Path + ".name")), "signal name", errors);
        Known(site.Controlled.SelectMany(c => c.SoftSensor.Select((s, i) => (s, $"{c.Path}.softSensor[{i}]"))), [.. site.Signals.Select(s => s.Name)], "a signal", errors);
        Known(site.Controlled.Where(c => c.DeadTime?.SpeedTag is not null).Select(c => (c.DeadTime!.SpeedTag!, c.Path + ".deadTime.speed")), tags, "a tag", errors);
        Known(site.Controlled.Where(c => c.Covers?.LotTag is not null).Select(c => (c.Covers!.LotTag!, c.Path + ".covers.lot")), tags, "a tag", errors);
        Recording(site, tags, errors);
        Known(site.Controlled.Select(c => (c.Tag, c.Path + ".tag")), tags, "a tag", errors);
        Known(site.Prices.Where(p => p.Tag is not null).Select(p => (p.Tag!, p.Path + ".tag")), tags, "a tag", errors);
        if (site.Running is { } running)
        {
            Known([(running.Tag, running.Path + ".tag")], tags, "a tag", errors);
        }

        if (site.Campaign is { } campaign)
        {
            Known([(campaign.Tag, campaign.Path + ".tag")], tags, "a tag", errors);
        }

        Sources(site, errors);
        Known([(site.Objective, "$.objective")], [.. site.Objectives.Select(o => o.Name)], "an objective", errors);
        Known(site.Objectives.Select(o => (o.Quantity, o.Path + ".quantity")), [.. site.Quantities.Select(q => q.Name)], "a quantity", errors);
        Roles(site, errors);
        return listed && named;
    }

    private static void Recording(SiteDefinition site, HashSet<string> tags, List<SiteError> errors)
    {
        var columns = site.Recording.Columns;
        Known(columns.Select(c => (c.Tag, c.Path)), [.. tags, .. site.Manipulated.Select(m => m.SetpointTag)], "a tag or setpoint", errors);
        foreach (var again in columns.GroupBy(c => c.Tag, StringComparer.Ordinal).SelectMany(g => g.Skip(1).Select(c => (c, First: g.First()))))
        {
            errors.Add(new SiteError(again.c.Path, $"\"{again.c.Tag}\" again", $"one column for each tag (first at {again.First.Path})"));
        }
    }

    private static void Sources(SiteDefinition site, List<SiteError> errors)
    {
        var used = site.Tags.Where(t => t.Source is not null).Select(t => (Source: t.Source!, t.Via, t.Path)).Concat(site.Readbacks.Select(r => (r.Source, r.Via, r.Path))).ToList();
        Known(used.Where(u => u.Via is not null).Select(u => (u.Via!, u.Path + ".via")), [.. site.Sources.Keys], "a source", errors);
        foreach (var (source, via, path) in used)
        {
            var form = via is null ? site.Telemetry : site.Sources.GetValueOrDefault(via);
            if (form is { Keyed: true } && form.Resolve(site.Location, source).Key is not { Length: > 0 })
            {
                errors.Add(new SiteError(path + ".source", $"\"{source}\"", $"what fills {{source}} in \"{form.Topic}\", then # and the key of the tag within a message"));
            }
        }

        foreach (var form in site.Sources.Values.Append(site.Telemetry))
        {
            if (site.SourceClock && form.TimeUnit == Mqtt.TimeUnit.Arrival)
            {
                errors.Add(new SiteError(form.Path + ".timeUnit", "arrival", "a time in the payload: \"clock\" is source, so time comes from the data"));
            }

            if (site.SourceClock && form.Sparkplug is not null)
            {
                errors.Add(new SiteError(form.Path + ".dialect", "sparkplug-b", "a site whose \"clock\" is wall: the death of a node is told by our own clock"));
            }
        }

        Alike([.. site.Sources.Values.Append(site.Telemetry).Where(f => f.Sparkplug is not null)], errors);
    }

    private static void Alike(TelemetryForm[] forms, List<SiteError> errors)
    {
        foreach (var form in forms)
        {
            string name = form.Sparkplug!.ToString();
            if (forms.FirstOrDefault(f => f.Sparkplug!.ToString() is var other && other != name && string.Equals(other, name, StringComparison.OrdinalIgnoreCase)) is { } twin)
            {
                errors.Add(new SiteError(form.Path, name, $"names that differ by more than upper and lower case from {twin.Sparkplug}"));
            }
        }
    }

    private static bool Names((string Name, string Path)[] names, List<SiteError> errors)
    {
        int before = errors.Count;
        Unique(names, "name among inputs, features, controlled variables, prices and quantities", errors);
        errors.AddRange(names.Where(n => Reserved.Contains(n.Name)).Select(n =>
            new SiteError(n.Path, $"\"{n.Name}\"", "a name that formulas do not keep for themselves: " + string.Join(", ", Reserved))));
        return errors.Count == before && names.All(n => n.Name.Length > 0);
    }

    private static void Roles(SiteDefinition site, List<SiteError> errors)
    {
        if (site.StartMode > site.Ceiling)
        {
            errors.Add(new SiteError("$.mode.start", site.StartMode.ToString().ToLowerInvariant(), $"a mode not above the ceiling {site.Ceiling.ToString().ToLowerInvariant()}"));
        }

        if (site.Gateway.Expiry >= site.Gateway.Lease)
        {
            errors.Add(new SiteError("$.gateway.expiry", site.Gateway.Expiry.ToString("c"), $"less than the lease of {site.Gateway.Lease:c}"));
        }

        SiteTranslation.Check(site, errors);
        foreach (var c in site.Controlled)
        {
            bool lab = site.Tags.FirstOrDefault(t => t.Name == c.Tag)?.SamplePoint is not null;
            if (!lab && c.Aggregate is null && site.Tags.Any(t => t.Name == c.Tag))
            {
                errors.Add(new SiteError(c.Path + ".aggregate", "nothing", "a duration: an online tag is averaged into observations"));
            }
        }

        foreach (var c in site.Constraints.Where(c => (c.CountsInYield || c.Sigmas > 0) && site.Controlled.All(v => v.Name != c.Subject)))
        {
            errors.Add(new SiteError(c.Path, $"yield or sigmas on \"{c.Subject}\"", "a controlled variable as the subject: only those have scatter"));
        }
    }

    private static void Unique(IEnumerable<(string Name, string Path)> names, string what, List<SiteError> errors)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, path) in names.Where(n => n.Name.Length > 0))
        {
            if (!seen.TryAdd(name, path))
            {
                errors.Add(new SiteError(path, $"\"{name}\" again", $"a unique {what} (first at {seen[name]})"));
            }
        }
    }

    private static void Known(IEnumerable<(string Name, string Path)> references, HashSet<string> known, string what, List<SiteError> errors)
    {
        foreach (var (name, path) in references.Where(r => r.Name.Length > 0 && !known.Contains(r.Name)))
        {
            errors.Add(new SiteError(path, $"\"{name}\"", $"{what}: {string.Join(", ", known)}"));
        }
    }
}
