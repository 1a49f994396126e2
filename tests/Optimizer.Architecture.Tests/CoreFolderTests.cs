namespace Optimizer.Architecture.Tests;

/// <summary>Inside Core a folder may use only the folders to its left; guardrails see Plant alone.</summary>
public class CoreFolderTests
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Plant"] = [],
        ["History"] = ["Plant"],
        ["Alignment"] = ["Plant", "History"],
        ["Surrogates"] = ["Plant", "History", "Alignment"],
        ["Objectives"] = ["Plant", "History", "Alignment", "Surrogates"],
        ["Search"] = ["Plant", "History", "Alignment", "Surrogates", "Objectives"],
        ["Guardrails"] = ["Plant"],
        ["Setpoints"] = ["Plant", "Guardrails"],
        ["Cycle"] = ["Plant", "History", "Alignment", "Surrogates", "Objectives", "Search", "Guardrails", "Setpoints"],
    };

    public static TheoryData<string> Folders => [.. MayUse.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Folder_UsesOnlyFoldersToItsLeft(string folder)
    {
        using var core = TypeReferences.Load("Optimizer.Core");
        var uses = TypeReferences.All(core).Where(p => Folder(p.User.Namespace) == folder && Folder(p.Used.Namespace) is { } used && used != folder).ToList();

        var wrong = uses.Where(p => !MayUse[folder].Contains(Folder(p.Used.Namespace)))
            .Select(p => $"{p.User.FullName} uses {p.Used.FullName}").Distinct().ToList();

        Assert.Empty(wrong);
    }

    [Fact]
    public void EveryTypeOfCore_LivesInAKnownFolder()
    {
        using var core = TypeReferences.Load("Optimizer.Core");
        var strays = core.MainModule.Types
            .Where(t => t.Namespace.StartsWith("Optimizer", StringComparison.Ordinal) && Folder(t.Namespace) is null).Select(t => t.FullName);

        Assert.Empty(strays);
        Assert.Equal(MayUse.Keys.Order(), core.MainModule.Types.Select(t => Folder(t.Namespace)).OfType<string>().Distinct().Order());
    }

    private static string? Folder(string @namespace)
    {
        string[] parts = @namespace.Split('.');
        return parts.Length >= 2 && parts[0] == "Optimizer" && MayUse.ContainsKey(parts[1]) ? parts[1] : null;
    }
}
