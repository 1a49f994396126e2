using Optimizer.Replay.Recordings;

namespace Optimizer.Edge.Site;

/// <summary>What the columns of a recording are to a site.</summary>
internal static class SiteColumns
{
    /// <summary>A column is found under the name the site maps to a tag, the tag's name, or its source (<c>samplePoint/analyte</c> for results, <c>sp/…</c> for setpoints).</summary>
    public static IReadOnlyDictionary<string, ColumnTag> Of(SiteDefinition site)
    {
        var columns = new Dictionary<string, ColumnTag>(StringComparer.Ordinal);
        foreach (var tag in site.Tags)
        {
            var column = new ColumnTag(tag.Name, tag.EngineeringUnit, tag.Low, tag.High, tag.Source is null) { Period = tag.Period };
            columns[tag.Source ?? $"{tag.SamplePoint}/{tag.Analyte}"] = column;
            columns.TryAdd(tag.Name, column);
        }

        foreach (var (variable, readback) in site.Manipulated.Zip(site.Readbacks))
        {
            var column = new ColumnTag(variable.SetpointTag, variable.EngineeringUnit, variable.EngineeringLow, variable.EngineeringHigh, false);
            columns[readback.Source] = column;
            columns.TryAdd(variable.SetpointTag, column);
        }

        foreach (var mapped in site.Recording.Columns)
        {
            columns[mapped.Column] = columns.Values.First(c => c.Tag == mapped.Tag);
        }

        return columns;
    }
}
