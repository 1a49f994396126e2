using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Optimizer.Testing;

/// <summary>
/// A real Mosquitto on a free loopback port, with a configuration and folder of its own. The embedded broker passes tests it
/// should fail: expiry, will delay, limits.
/// </summary>
public sealed class MosquittoBroker : ITestBroker
{
    private const int LogKept = 20_000;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);

    private readonly string _configuration;
    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;

    private MosquittoBroker(int port, string folder, string configuration) => (Port, Folder, _configuration) = (port, folder, configuration);

    public int Port { get; }

    /// <summary>Its own folder: configuration, access list, persistence.</summary>
    public string Folder { get; }

    /// <summary>What it logged so far, the last 20 000 lines.</summary>
    public IReadOnlyCollection<string> Log => _log;

    private static string? Executable => Find("mosquitto");

    /// <summary>What is missing to run one; null: nothing.</summary>
    public static string? Missing => new[] { "mosquitto", "mosquitto_pub", "mosquitto_sub" }.Where(t => Find(t) is null).Select(Reason).FirstOrDefault();

    /// <summary>Skips the test, with a reason, where there is no Mosquitto; fails it where OPTIMIZER_REQUIRE_TOOLS says nothing may be skipped.</summary>
    public static void Require() => RequireTool("mosquitto");

    /// <summary>The same for its command-line clients.</summary>
    public static void RequireClients()
    {
        RequireTool("mosquitto_pub");
        RequireTool("mosquitto_sub");
    }

    /// <param name="options">Lines of mosquitto.conf; null: a plain listener that takes anybody. <c>{port}</c> and <c>{folder}</c> are filled in.</param>
    /// <param name="files">Further files beside the configuration, by name.</param>
    public static async Task<MosquittoBroker> StartAsync(string? options = null, IReadOnlyDictionary<string, string>? files = null)
    {
        Require();
        int port = FreePort.Take();
        string folder = Directory.CreateTempSubdirectory("mosquitto").FullName;
        options ??= """
            listener {port} 127.0.0.1
            allow_anonymous true
            """;
        foreach (var (name, text) in files ?? new Dictionary<string, string>())
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name), text);
        }

        string configuration = Path.Combine(folder, "mosquitto.conf");
        // As root Mosquitto would change to a user who may not read the test's folder.
        await File.WriteAllTextAsync(configuration, (options + "\nuser root\n").Replace("{port}", $"{port}", StringComparison.Ordinal).Replace("{folder}", folder, StringComparison.Ordinal));
        var broker = new MosquittoBroker(port, folder, configuration);
        await broker.StartAsync();
        return broker;
    }

    /// <summary>Starts again after <see cref="KillAsync"/> or <see cref="StopAsync"/>, on the same port and folder.</summary>
    public async Task StartAsync()
    {
        var process = new Process { StartInfo = new ProcessStartInfo(Executable!) { ArgumentList = { "-v", "-c", _configuration }, RedirectStandardError = true, RedirectStandardOutput = true } };
        process.ErrorDataReceived += Logged;
        process.OutputDataReceived += Logged;
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _process = process;
        await Eventually.TrueAsync(() => process.HasExited || Listens(), StartTimeout, CancellationToken.None);
        if (process.HasExited)
        {
            throw new InvalidOperationException($"mosquitto ended with {process.ExitCode}: {string.Join('\n', _log)}");
        }
    }

    /// <summary>SIGTERM: it says goodbye and saves what it persists.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("-TERM");
        await EndedAsync();
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await EndedAsync();
    }

    /// <summary>SIGSTOP: the connections stand and nothing answers.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    /// <summary>SIGCONT.</summary>
    public Task ThawAsync() => SignalAsync("-CONT");

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>The same for any other program the tests start.</summary>
    public static void RequireTool(string name)
    {
        if (Find(name) is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("OPTIMIZER_REQUIRE_TOOLS") == "1", Reason(name));
            Assert.Skip(Reason(name));
        }
    }

    private static string Reason(string name) => $"{name} is not installed (Debian: apt-get install mosquitto mosquitto-clients openssl)";

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Select(p => Path.Combine(p, name)).FirstOrDefault(File.Exists);

    private bool Listens()
    {
        try
        {
            using var probe = new TcpClient();
            probe.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Logged(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is { } line)
        {
            _log.Enqueue(line);
            if (_log.Count > LogKept)
            {
                _log.TryDequeue(out _);
            }
        }
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill") { ArgumentList = { signal, $"{_process!.Id}" } })!;
        await kill.WaitForExitAsync();
    }

    private async Task EndedAsync()
    {
        await _process!.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }
}
