namespace Optimizer.Edge.Site;

/// <summary>How a recording of this line names and writes things, where it does not do so as the site.</summary>
/// <param name="Columns">Column (or tag of a long layout) and the site's tag it is read as.</param>
/// <param name="TimeColumn">Column with the time; null: the first of a wide layout, a usual name in a long one.</param>
/// <param name="DecimalComma">Numbers are written 1,5.</param>
public sealed record RecordingForm(IReadOnlyList<ColumnForm> Columns, string? TimeColumn, bool DecimalComma);

public sealed record ColumnForm(string Path, string Column, string Tag);

internal static class SiteRecording
{
    public static RecordingForm Read(SiteNode? node)
    {
        if (node is null)
        {
            return new RecordingForm([], null, false);
        }

        var columns = node.Object("columns", required: false);
        var form = new RecordingForm(
            [.. columns?.Entries().Select(c => new ColumnForm(c.Node.Path, c.Name, c.Node.AsText())) ?? []],
            node.Has("time") ? node.Text("time") : null,
            node.Choice("decimal", false, (".", false), (",", true)));
        node.NothingElse();
        return form;
    }
}
