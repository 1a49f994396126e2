using System.Diagnostics;
using MQTTnet;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Testing;

namespace Optimizer.Benchmarks.Ingest;

/// <summary>A steady stream at a given rate through the whole ingest: nothing may be dropped.</summary>
internal static class Pace
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    public static async Task<PaceRow> RunAsync(int perSecond, int seconds)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var (decoder, historian, samples) = (Traffic.Decoder(), Traffic.Historian(), new List<Sample>(4));
        long received = 0;
        using var stop = new CancellationTokenSource();
        await using var link = new MqttLink(
            new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "ours", Filters = [Traffic.Filter] },
            (m, _) =>
            {
                samples.Clear();
                decoder.Decode(m.Topic, m.Payload, TimeProvider.System.GetUtcNow(), m.Retained, samples);
                samples.ForEach(s => historian.Append(s));
                Interlocked.Add(ref received, samples.Count);
                return default;
            }, TimeProvider.System);
        var run = link.RunAsync(stop.Token);
        await link.WaitConnectedAsync(TimeSpan.FromSeconds(10), stop.Token);
        long published = await PublishAsync(broker.Port, perSecond, seconds);
        long quiet = Stopwatch.GetTimestamp();
        for (long last = -1; last != Interlocked.Read(ref received) || Stopwatch.GetElapsedTime(quiet) < TimeSpan.FromSeconds(1);)
        {
            last = Interlocked.Read(ref received);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }

        await stop.CancelAsync();
        await run;
        return new PaceRow(perSecond, published, received, link.Dropped);
    }

    private static async Task<long> PublishAsync(int port, int perSecond, int seconds)
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(Traffic.Client(port, "pacer", clean: true));
        long started = Stopwatch.GetTimestamp();
        int n = 0, all = perSecond * seconds;
        using var timer = new PeriodicTimer(Tick);
        while (n < all && await timer.WaitForNextTickAsync())
        {
            int due = (int)Math.Min(all, Stopwatch.GetElapsedTime(started).TotalSeconds * perSecond);
            for (; n < due; n++)
            {
                await client.PublishAsync(Filler.Message(n, 0));
            }
        }

        await client.DisconnectAsync();
        return n;
    }
}
