using System.Diagnostics;
using MQTTnet;
using MQTTnet.Protocol;
using Optimizer.History;
using Optimizer.Mqtt;
using Optimizer.Plant;

namespace Optimizer.Benchmarks.Ingest;

/// <summary>The telemetry of the benchmark: native points of forty tags.</summary>
internal static class Traffic
{
    public const string Filter = "bench/#";
    public const int Tags = 40;

    public static string Topic(int tag) => $"bench/_raw/unit{tag % 5}/pv/tag{tag}";

    public static byte[] Payload(int n) => TelemetryEncoder.Encode(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddMilliseconds(25L * n), 29.4 + (0.001 * (n % 1000)));

    public static TelemetryDecoder Decoder() => new(
        [.. Enumerable.Range(0, Tags).Select(t => new TagBinding { Tag = $"tag{t}", Topic = Topic(t), EngineeringUnit = "kA", Low = 0, High = 36 })], sourceClock: true);

    public static ProcessHistorian Historian() => new(Enumerable.Range(0, Tags).Select(t => new Tag($"tag{t}", "kA", 0, 36, TimeSpan.FromSeconds(1))), TimeSpan.FromDays(1));

    public static MqttClientOptions Client(int port, string id, bool clean = false) => new MqttClientOptionsBuilder()
        .WithTcpServer("127.0.0.1", port).WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500).WithClientId(id).WithCleanStart(clean).WithSessionExpiryInterval(3600).Build();
}

/// <summary>A client that has a session at the broker and takes what was queued for it.</summary>
internal abstract class Drainer
{
    public abstract string Name { get; }

    protected abstract string ClientId { get; }

    /// <summary>Leaves a session with its subscription behind.</summary>
    public async Task SubscribeAsync(int port, int quality)
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(Traffic.Client(port, ClientId, clean: true));
        await client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithTopicFilter(Traffic.Filter, (MqttQualityOfServiceLevel)quality).Build());
        await client.DisconnectAsync();
    }

    /// <returns>Messages received.</returns>
    public abstract Task<long> DrainAsync(int port, int messages, int quality);
}

/// <summary>MQTTnet's client that counts and does nothing else.</summary>
internal sealed class BareMqttNet : Drainer
{
    public override string Name => "MQTTnet client, counting only";

    protected override string ClientId => "bare";

    public override async Task<long> DrainAsync(int port, int messages, int quality)
    {
        long count = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += _ =>
        {
            if (Interlocked.Increment(ref count) == messages)
            {
                all.TrySetResult();
            }

            return Task.CompletedTask;
        };
        await client.ConnectAsync(Traffic.Client(port, ClientId));
        await Task.WhenAny(all.Task, Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System));
        await client.DisconnectAsync();
        return count;
    }
}

/// <summary>Ours: supervised link, ordered hand-over, decoding by binding, the historian's memory.</summary>
internal sealed class OurIngest : Drainer
{
    public override string Name => "link, decoder, historian in memory";

    protected override string ClientId => "ours";

    public override async Task<long> DrainAsync(int port, int messages, int quality)
    {
        var (decoder, historian, samples) = (Traffic.Decoder(), Traffic.Historian(), new List<Sample>(4));
        long count = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        await using var link = new MqttLink(
            new MqttLinkOptions { Host = "127.0.0.1", Port = port, ClientId = ClientId, Filters = [], InboundCapacity = 1_048_576 },
            (m, _) =>
            {
                samples.Clear();
                decoder.Decode(m.Topic, m.Payload, TimeProvider.System.GetUtcNow(), m.Retained, samples);
                foreach (var sample in samples)
                {
                    historian.Append(sample);
                    count++;
                }

                if (count == messages)
                {
                    all.TrySetResult();
                }

                return default;
            }, TimeProvider.System);
        var run = link.RunAsync(stop.Token);
        await Task.WhenAny(all.Task, Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System));
        await stop.CancelAsync();
        await run;
        return count;
    }
}

/// <summary>Mosquitto's own client in a process of its own, its output thrown away.</summary>
internal sealed class MosquittoSub : Drainer
{
    public override string Name => "mosquitto_sub, output thrown away";

    protected override string ClientId => "mosq";

    public override async Task<long> DrainAsync(int port, int messages, int quality)
    {
        using var sub = Process.Start(new ProcessStartInfo("bash")
        {
            ArgumentList = { "-c", $"exec timeout 60 mosquitto_sub -V 5 -c -x 3600 -i {ClientId} -q {quality} -p {port} -t '{Traffic.Filter}' -C {messages} >/dev/null" },
        })!;
        await sub.WaitForExitAsync();
        return sub.ExitCode == 0 ? messages : 0;
    }
}

/// <summary>Publishes the traffic to whoever has a session.</summary>
internal static class Filler
{
    private const int Window = 500;

    public static async Task FillAsync(int port, int messages, int quality)
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(Traffic.Client(port, "filler", clean: true));
        var waiting = new List<Task>(Window);
        for (int n = 0; n < messages; n++)
        {
            waiting.Add(client.PublishAsync(Message(n, quality)));
            if (waiting.Count == Window)
            {
                await Task.WhenAll(waiting);
                waiting.Clear();
            }
        }

        await Task.WhenAll(waiting);
        await client.DisconnectAsync();
    }

    public static MqttApplicationMessage Message(int n, int quality) => new MqttApplicationMessageBuilder()
        .WithTopic(Traffic.Topic(n % Traffic.Tags)).WithPayload(Traffic.Payload(n)).WithQualityOfServiceLevel((MqttQualityOfServiceLevel)quality).Build();
}
