using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Optimizer.Edge.Tests.Site;

namespace Optimizer.Edge.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("demo")]
    [InlineData("run")]
    [InlineData("validate")]
    [InlineData("simulate")]
    [InlineData("trial")]
    [InlineData("record")]
    [InlineData("train")]
    [InlineData("models")]
    [InlineData("recommend")]
    [InlineData("what-if")]
    public async Task HelpOfAVerb_ShowsAnExample(string verb)
    {
        var (exit, output) = await Cli.RunAsync(verb, "--help");

        Assert.Equal(0, exit);
        Assert.Contains($"Example: optimizer {verb}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_ShowsVerbsAndExitCodes()
    {
        var (exit, output) = await Cli.RunAsync("--help");

        Assert.Equal(0, exit);
        Assert.All(new[] { "demo", "run", "validate", "simulate", "trial", "record", "Example: optimizer demo", "78 configuration" }, word => Assert.Contains(word, output, StringComparison.Ordinal));
    }

    public static TheoryData<string, string> WrongLines => new()
    {
        { "fly", "fly" },
        { "validate", "--site" },
        { "demo --speed fast", "found \"fast\", expected a number above 0" },
        { "demo --hours -1", "--hours: found -1" },
        { "demo --hours 0.5", "--hours: found 0.5, expected a number from 1 to 10000" },
        { "demo --scenario tornado", "scenario \"tornado\" is unknown" },
        { "demo --broker-port 70000", "found 70000, expected 0 to 65535" },
        { "simulate --plant steel", "found \"steel\", expected copper-foil" },
        { "simulate --broker host:port", "found \"host:port\", expected HOST:PORT" },
        { "simulate --telemetry-period -1", "--telemetry-period: found -1" },
        { "simulate --grade LB-5", "grade \"LB-5\" is unknown" },
        { "simulate --plot page.pdf", "found \"page.pdf\", expected a file name that ends in .png" },
        { "simulate --truth-user truth --truth-password-file /nowhere/secret", "\"/nowhere/secret\" does not exist" },
        { "record --hours 2", "--out" },
        { "record --out a.csv", "found neither --hours nor --rolls" },
        { "record --out a.csv --hours 2 --rolls 2", "found both --hours and --rolls" },
        { "record --out a.csv --hours 2 --format xlsx", "found \"xlsx\", expected one of csv-wide, csv-long, parquet" },
        { "record --out a.csv --hours 2 --history martians", "found \"martians\", expected one of operators, excited, passive" },
        { "record --out a.csv --hours 2 --scenario summer@soon", "found \"soon\" after @" },
        { "record --out a.csv --hours 2 --scenario fault:f01/pv/none:stuck", "sensor \"f01/pv/none\" is unknown" },
    };

    [Theory]
    [MemberData(nameof(WrongLines))]
    public async Task WrongCommandLine_IsExplainedWith64(string line, string says)
    {
        var (exit, output) = await Cli.RunAsync(line.Split(' '));

        Assert.Contains(says, output, StringComparison.Ordinal);
        Assert.Equal(64, exit);
    }

    [Fact]
    public async Task SiteWithMistakes_IsRefusedWith78AndAllOfThem()
    {
        var root = SiteText.CopperFoil();
        SiteText.Set(root, "$.clock", "moon");
        SiteText.Set(root, "$.objective", "glory");
        string file = Path.Combine(_folder, "broken.json");
        await File.WriteAllTextAsync(file, root.ToJsonString(), TestContext.Current.CancellationToken);

        var (exit, output) = await Cli.RunAsync("validate", "--site", file);

        Assert.Equal(78, exit);
        Assert.Contains("2 mistakes", output, StringComparison.Ordinal);
        Assert.Contains("$.clock: found \"moon\", expected one of \"wall\", \"source\"", output, StringComparison.Ordinal);
        Assert.Contains("$.objective: found \"glory\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SiteThatIsNotThere_IsNamedWith78()
    {
        var (exit, output) = await Cli.RunAsync("run", "--site", Path.Combine(_folder, "none.json"));

        Assert.Equal(78, exit);
        Assert.Contains("none.json", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GoodSite_IsSummedUp()
    {
        var (exit, output) = await Cli.RunAsync("validate", "--site", SiteText.CopperFoilFile);

        Assert.Equal(0, exit);
        Assert.Contains("ok, unit F01 with 38 tags, 9 manipulated, 6 controlled", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BrokerThatIsNotThere_IsNamedWith69()
    {
        int port = ClosedPort();

        var run = Cli.RunAsync("run", "--site", SiteText.CopperFoilFile, "--broker", $"127.0.0.1:{port}", "--data", Path.Combine(_folder, "data"));
        var simulate = Cli.RunAsync("simulate", "--plant", "copper-foil", "--broker", $"127.0.0.1:{port}");

        foreach (var (exit, output) in await Task.WhenAll(run, simulate))
        {
            Assert.Equal(69, exit);
            Assert.Contains($"broker 127.0.0.1:{port} cannot be reached", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task DataFolderThatCannotBeMade_IsNamedWith78()
    {
        string file = Path.Combine(_folder, "a-file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var (exit, output) = await Cli.RunAsync("run", "--site", SiteText.CopperFoilFile, "--data", Path.Combine(file, "below"));

        Assert.Equal(78, exit);
        Assert.Contains(file, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReportThatCannotBeWritten_IsNamedBeforeTheWork()
    {
        string file = Path.Combine(_folder, "a-file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var (exit, output) = await Cli.RunAsync("trial", "--site", SiteText.CopperFoilFile, "--report", Path.Combine(file, "below", "r.json"));

        Assert.Equal(73, exit);
        Assert.Contains(file, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PortInUse_IsNamedWith73()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var (exit, output) = await Cli.RunAsync("demo", "--broker-port", $"{port}");

        Assert.Contains($"127.0.0.1:{port}", output, StringComparison.Ordinal);
        Assert.Equal(73, exit);
    }

    [Fact]
    public async Task TrialWithTheSameSeeds_WritesTheSameBytes()
    {
        string[] files = [Path.Combine(_folder, "a.json"), Path.Combine(_folder, "new", "b.json")];
        foreach (string file in files)
        {
            var (exit, output) = await Cli.RunAsync(
                "trial", "--site", SiteText.CopperFoilFile, "--plant", "copper-foil", "--scenario", "normal", "--days", "0.75", "--seeds", "2", "--first-seed", "3", "--history-rolls", "120", "--report", file);
            Assert.True(exit == 0, output);
        }

        byte[] first = await File.ReadAllBytesAsync(files[0], TestContext.Current.CancellationToken);
        Assert.Equal(first, await File.ReadAllBytesAsync(files[1], TestContext.Current.CancellationToken));
        var root = JsonDocument.Parse(first).RootElement;
        Assert.Equal([3, 4], root.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("seed").GetInt32()));
        Assert.True(root.GetProperty("runs")[0].GetProperty("setpoints_written").GetInt32() > 0);
        Assert.Equal(JsonValueKind.Number, root.GetProperty("summary").GetProperty("median_gain_share").ValueKind);
    }

    [Fact]
    public async Task DemoAtTwoSpeeds_DecidesAlike()
    {
        var reports = new List<string>();
        foreach (string speed in new[] { "max", "3600" })
        {
            string file = Path.Combine(_folder, speed + ".json");
            var (exit, output) = await Cli.RunAsync("demo", "--hours", "8", "--speed", speed, "--seed", "5", "--history-rolls", "130", "--report", file, "--data", Path.Combine(_folder, speed));
            Assert.True(exit == 0, output);
            reports.Add(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        }

        Assert.Equal(reports[0], reports[1]);
        Assert.True(JsonDocument.Parse(reports[0]).RootElement.GetProperty("setpoints_verified").GetInt32() > 0, reports[0]);
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
