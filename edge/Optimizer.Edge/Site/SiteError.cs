namespace Optimizer.Edge.Site;

/// <summary>One mistake in a site file.</summary>
/// <param name="Path">JSON path, such as <c>$.tags[3].range</c>.</param>
public sealed record SiteError(string Path, string Found, string Expected)
{
    public override string ToString() => $"{Path}: found {Found}, expected {Expected}";
}

/// <summary>A site file that cannot be used, with all its mistakes.</summary>
public sealed class SiteException(string file, IReadOnlyList<SiteError> errors)
    : Exception($"{file}: {errors.Count} {(errors.Count == 1 ? "mistake" : "mistakes")}\n" + string.Join('\n', errors.Select(e => "  " + e)))
{
    public IReadOnlyList<SiteError> Errors { get; } = errors;
}
