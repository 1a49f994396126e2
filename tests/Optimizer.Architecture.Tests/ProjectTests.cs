using Mono.Cecil;

namespace Optimizer.Architecture.Tests;

/// <summary>Who may see whom between projects. References are transitive, so the project files alone do not hold it.</summary>
public class ProjectTests
{
    public static TheoryData<string, string[]> Assemblies => new()
    {
        { "Optimizer.Core", ["System", "MathNet.Numerics"] },
        { "Optimizer.Learning", ["System", "Optimizer.Core", "Microsoft.ML", "MathNet.Numerics"] },
        { "Optimizer.Mqtt", ["System", "Optimizer.Core", "MQTTnet", "Polly"] },
        { "Optimizer.Historian", ["System", "Optimizer.Core", "Microsoft.Data.Sqlite", "SQLitePCLRaw"] },
        { "Optimizer.Replay", ["System", "Optimizer.Core", "Optimizer.Learning", "Optimizer.Historian", "CsvHelper", "Parquet"] },
        { "Optimizer.Simulation", ["System", "Optimizer.Core", "Optimizer.Mqtt", "MQTTnet"] },
        { "CopperFoilLine", ["System", "Optimizer.Core", "Optimizer.Simulation"] },
    };

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Assembly_ReferencesOnlyWhatItMaySee(string name, string[] allowed)
    {
        using var assembly = TypeReferences.Load(name);
        var strays = assembly.MainModule.AssemblyReferences.Select(r => r.Name)
            .Where(r => !allowed.Any(a => r == a || r.StartsWith(a + ".", StringComparison.Ordinal)));

        Assert.Empty(strays);
    }

    [Theory]
    [InlineData("Optimizer.Simulation")]
    [InlineData("CopperFoilLine")]
    public void Simulator_SeesOfCoreOnlyThePlantFolder(string name)
    {
        using var assembly = TypeReferences.Load(name);
        var strays = TypeReferences.All(assembly)
            .Where(p => p.Used.Scope is AssemblyNameReference { Name: "Optimizer.Core" } && p.Used.Namespace != "Optimizer.Plant")
            .Select(p => $"{p.User.FullName} uses {p.Used.FullName}").Distinct();

        Assert.Empty(strays);
    }

    [Fact]
    public void Core_HasNoClockNoFilesNoSockets()
    {
        using var core = TypeReferences.Load("Optimizer.Core");
        string[] banned = ["System.IO", "System.Net", "System.Diagnostics.Stopwatch", "System.TimeProvider", "System.Threading.Timer", "System.Threading.PeriodicTimer"];
        var strays = TypeReferences.All(core)
            .Where(p => banned.Any(b => p.Used.FullName == b || p.Used.Namespace == b || p.Used.Namespace.StartsWith(b + ".", StringComparison.Ordinal)))
            .Select(p => $"{p.User.FullName} uses {p.Used.FullName}").Distinct();

        Assert.Empty(strays);
    }
}
