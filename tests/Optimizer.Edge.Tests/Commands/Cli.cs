using System.Diagnostics;

namespace Optimizer.Edge.Tests.Commands;

/// <summary>The built executable as a user runs it.</summary>
internal static class Cli
{
    public static Task<(int Exit, string Output)> RunAsync(params string[] args) => TypeAsync("", args);

    /// <summary>The same with something on standard input, which then ends.</summary>
    public static Task<(int Exit, string Output)> TypeAsync(string input, params string[] args) => StartAsync(input, [], args);

    /// <summary>With environment variables of its own.</summary>
    public static Task<(int Exit, string Output)> RunAsync((string Name, string Value)[] environment, string[] args) => StartAsync("", environment, args);

    private static async Task<(int Exit, string Output)> StartAsync(string input, (string Name, string Value)[] environment, string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "optimizer.dll"));
        foreach (string arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
