using System.Diagnostics;
using System.Globalization;

namespace Optimizer.Historian.Tests.Storage;

/// <summary>
/// kill -9 of a process that writes as fast as it can, again and again on one folder: what it said is on disk is there, whole, once and in
/// order, and no epoch is handed out twice. OPTIMIZER_KILLS sets how often.
/// </summary>
public sealed class KillTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task KilledWriter_LosesNothingItSaidWasStored()
    {
        int kills = int.Parse(Environment.GetEnvironmentVariable("OPTIMIZER_KILLS") ?? "8", CultureInfo.InvariantCulture);
        var random = new Random(11);
        long samples = 0, rows = 0, epoch = 0;
        for (int kill = 0; kill < kills; kill++)
        {
            using var victim = Start(kill);
            int lines = random.Next(3, 120);
            for (string? line; (line = await victim.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)) is not null;)
            {
                long[] numbers = [.. line.Split(' ').Skip(1).Select(n => long.Parse(n, CultureInfo.InvariantCulture))];
                switch (line[0])
                {
                    case 'e':
                        Assert.True(numbers[0] > epoch, $"epoch {numbers[0]} after {epoch}");
                        epoch = numbers[0];
                        break;
                    case 'h':
                        Assert.True(numbers[0] >= samples && numbers[1] >= rows, $"life {kill}: {line}, but {samples} samples and {rows} rows were stored");
                        break;
                    case 's':
                        samples = numbers[0];
                        break;
                    case 'a':
                        rows = numbers[0];
                        break;
                }

                if (--lines == 0)
                {
                    victim.Kill();
                }
            }

            await victim.WaitForExitAsync(TestContext.Current.CancellationToken);
            string error = await victim.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.True(error.Length == 0, $"life {kill}: {error}");
            var check = AuditCheck.Of(_folder);
            Assert.True(check.IsWhole && check.Records >= rows, $"life {kill}: {check}, {rows} rows were stored");
        }

        Assert.Equal(kills, epoch);
        Assert.True(samples > 10_000 && rows > kills, $"{samples} samples, {rows} rows");
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills, {samples} samples and {rows} audit rows said to be stored, all found");
    }

    private Process Start(int seed) => Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Optimizer.Historian.Victim.dll"), _folder, seed.ToString(CultureInfo.InvariantCulture)])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
