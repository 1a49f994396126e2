using System.Text.Json;

namespace Optimizer.Benchmarks;

/// <summary>What every benchmark takes on its command line.</summary>
internal sealed record BenchmarkOptions(bool Quick, string? Report)
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <returns>Null, with a line in <paramref name="errors"/>, where something else was found.</returns>
    public static async Task<BenchmarkOptions?> ParseAsync(string name, string[] words, TextWriter errors)
    {
        var options = new BenchmarkOptions(false, null);
        for (int k = 0; k < words.Length; k++)
        {
            switch (words[k])
            {
                case "--quick":
                    options = options with { Quick = true };
                    break;
                case "--report" when k + 1 < words.Length:
                    options = options with { Report = words[++k] };
                    break;
                default:
                    await errors.WriteLineAsync($"{name}: found '{words[k]}', expected --quick or --report FILE");
                    return null;
            }
        }

        return options;
    }

    public async Task WriteAsync<T>(T report)
    {
        if (Report is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Report))!);
            await File.WriteAllTextAsync(Report, JsonSerializer.Serialize(report, Format) + "\n");
        }
    }
}
