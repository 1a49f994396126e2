using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Link;

/// <summary>A real broker that persists, two links to it through proxies, and everything that happens to such links, one after the other, by a seed.</summary>
internal sealed class SoakFaults : IAsyncDisposable
{
    private readonly Random _random;
    private readonly MosquittoBroker _broker;
    private readonly FaultProxy[] _proxies;
    private readonly Dictionary<string, int> _injected = new(StringComparer.Ordinal);

    private SoakFaults(MosquittoBroker broker, int seed)
    {
        (_broker, _random) = (broker, new Random(seed));
        _proxies = [new FaultProxy(broker.Port), new FaultProxy(broker.Port)];
    }

    /// <summary>Minutes of OPTIMIZER_SOAK_MINUTES; otherwise 50 s where OPTIMIZER_SLOW is 1, 10 s where it is not.</summary>
    public static TimeSpan Length =>
        double.TryParse(Environment.GetEnvironmentVariable("OPTIMIZER_SOAK_MINUTES"), System.Globalization.CultureInfo.InvariantCulture, out double minutes) ? TimeSpan.FromMinutes(minutes)
        : TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("OPTIMIZER_SLOW") == "1" ? 50 : 10);

    /// <summary>Ports of the two ways to the broker.</summary>
    public int SenderPort => _proxies[0].Port;

    public int ReceiverPort => _proxies[1].Port;

    /// <summary>From the order to kill the broker to its death: what it acknowledged just before may be gone.</summary>
    public List<(DateTimeOffset From, DateTimeOffset To)> Killed { get; } = [];

    /// <summary>Faults so far.</summary>
    public int Count => _injected.Values.Sum();

    public string Summary => string.Join(", ", _injected.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Value} {f.Key}"));

    public static async Task<SoakFaults> StartAsync(int seed) => new(
        await MosquittoBroker.StartAsync("""
            listener {port} 127.0.0.1
            allow_anonymous true
            persistence true
            persistence_location {folder}/
            autosave_interval 1
            autosave_on_changes true
            max_queued_messages 0
            """), seed);

    /// <summary>Figures of a soak into the test's output.</summary>
    public static void Report(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    /// <summary>A link's options for a client that should notice and come back soon.</summary>
    public static MqttLinkOptions Options(int port, string client, params string[] filters) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        ClientId = client,
        Filters = filters,
        PingEvery = TimeSpan.FromSeconds(1),
        LongestRetry = TimeSpan.FromSeconds(2),
    };

    /// <summary>One fault from its start to its end; returns what it was.</summary>
    public async Task<string> InjectAsync(CancellationToken cancel)
    {
        // Some calm first, or none: the next fault may meet links that are just catching up.
        await WaitAsync(_random.Next(3) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(2 * _random.NextDouble()), cancel);
        string fault = await OneAsync(cancel);
        _injected[fault] = _injected.GetValueOrDefault(fault) + 1;
        return fault;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }

        await _broker.DisposeAsync();
    }

    private static Task WaitAsync(TimeSpan time, CancellationToken cancel) => Task.Delay(time, TimeProvider.System, cancel);

    private async Task<string> OneAsync(CancellationToken cancel)
    {
        var hit = _random.Next(3) switch { 0 => _proxies[..1], 1 => _proxies[1..], _ => _proxies };
        var long_ = TimeSpan.FromSeconds(1 + (5 * _random.NextDouble()));
        var short_ = TimeSpan.FromSeconds(0.5 + _random.NextDouble());
        switch (_random.Next(8))
        {
            case 0:
                Array.ForEach(hit, p => p.Cut());
                return "cut";
            case 1:
                Array.ForEach(hit, p => p.Refuses = true);
                Array.ForEach(hit, p => p.Cut());
                await WaitAsync(long_, cancel);
                Array.ForEach(hit, p => p.Refuses = false);
                return "refused";
            case 2:
                Array.ForEach(hit, p => p.GoDeaf());
                await WaitAsync(long_, cancel);
                Array.ForEach(hit, p => p.Hear());
                return "deaf";
            case 3:
                Array.ForEach(hit, p => p.Latency = TimeSpan.FromMilliseconds(150));
                await WaitAsync(long_, cancel);
                Array.ForEach(hit, p => p.Latency = TimeSpan.Zero);
                return "slow";
            case 4:
                var ordered = TimeProvider.System.GetUtcNow();
                await _broker.KillAsync();
                Killed.Add((ordered, TimeProvider.System.GetUtcNow()));
                await WaitAsync(short_, cancel);
                await _broker.StartAsync();
                return "broker killed";
            case 5:
                await _broker.StopAsync();
                await WaitAsync(short_, cancel);
                await _broker.StartAsync();
                return "broker restarted";
            case 6:
                await _broker.FreezeAsync();
                await WaitAsync(long_, cancel);
                await _broker.ThawAsync();
                return "broker frozen";
            default:
                for (int n = 0; n < 10; n++)
                {
                    Array.ForEach(hit, p => p.Cut());
                    await WaitAsync(TimeSpan.FromMilliseconds(150), cancel);
                }

                return "toggled ten times";
        }
    }
}
