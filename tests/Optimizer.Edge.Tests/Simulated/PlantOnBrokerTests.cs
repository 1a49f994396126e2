using System.Security.Cryptography;
using CopperFoilLine;
using CopperFoilLine.Scenes;
using Optimizer.Edge.Simulated;
using Optimizer.Edge.Tests.Line;
using Optimizer.Mqtt;
using Optimizer.Simulation.Mqtt;

namespace Optimizer.Edge.Tests.Simulated;

/// <summary>The plant alone on a broker: the same messages for the same seed, none lost, the truth behind its wall.</summary>
public class PlantOnBrokerTests
{
    private const string Location = "aurum/lz1/foil/l01";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static FoilPlant Plant(TimeSpan period, string scenario = "normal") => FoilPlant.Create(
        new FoilPlantPlan { Scenario = ScenarioPlan.Parse(scenario), Seed = 4, Gateway = "gw-l01", TelemetryPeriod = period });

    // Subscribes to everything, lets the plant run, and returns every message in the order of arrival.
    private static async Task<(List<InboundMessage> Seen, long Sent)> RunAsync(FoilPlant plant, double hours, string? judge = null, bool truth = false)
    {
        await using var broker = await EmbeddedBroker.StartAsync(0);
        var seen = new List<InboundMessage>();
        var options = new PlantHostOptions { Host = "127.0.0.1", Port = broker.Port, Location = Location, LabUnits = FoilTags.Results, EchoPatience = TimeSpan.FromMilliseconds(10) };
        await using var listener = new MqttLink(
            new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "listener", UserName = judge, Filters = ["#"], InboundCapacity = 1_048_576 },
            (m, _) =>
            {
                lock (seen)
                {
                    seen.Add(m with { Payload = m.Payload.ToArray() });
                }

                return default;
            },
            TimeProvider.System);
        await using var host = new PlantHost(options, plant, plant.Gateway, TimeProvider.System) { BeatEvery = TimeSpan.FromHours(1) };
        await using var publisher = new TruthPublisher(options, "gw-l01", EmbeddedBroker.TruthUser, null, () => plant.Line.Truth.Tags, TimeProvider.System);
        host.SteppedAsync = truth ? publisher.SteppedAsync : null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Bench.Cancel);
        Task[] links = [listener.RunAsync(stop.Token), host.RunAsync(stop.Token), publisher.RunAsync(stop.Token)];
        foreach (var link in new[] { listener, host.Link, publisher.Link })
        {
            await link.WaitConnectedAsync(Patience, Bench.Cancel);
        }

        await host.AdvanceAsync(plant.Now + TimeSpan.FromHours(hours), Bench.Cancel);
        // A last message of our own, behind all others of the plant's connection.
        await host.Link.PublishAsync(new OutboundMessage("the/end", new byte[] { 1 }, 1), Patience, Bench.Cancel);
        await Bench.UntilAsync(() =>
        {
            lock (seen)
            {
                return seen.Any(m => m.Topic == "the/end");
            }
        });
        await stop.CancelAsync();
        await Task.WhenAll(links);
        return (seen, host.SamplesPublished);
    }

    private static string Digest(IEnumerable<InboundMessage> messages)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var message in messages)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(message.Topic + "\n"));
            hash.AppendData(message.Payload.Span);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    [Fact]
    public async Task SameSeed_SameMessagesByteForByte()
    {
        var (first, _) = await RunAsync(Plant(TimeSpan.FromMinutes(1)), 6);
        var (second, _) = await RunAsync(Plant(TimeSpan.FromMinutes(1)), 6);
        var (other, _) = await RunAsync(Plant(TimeSpan.FromMinutes(1), "fault:f01/pv/feed_temp:stuck"), 6);

        Assert.True(first.Count > 6 * 60 * 30, $"{first.Count} messages");
        Assert.Equal(Digest(first), Digest(second));
        Assert.NotEqual(Digest(first), Digest(other));
        static IEnumerable<InboundMessage> Rest(IEnumerable<InboundMessage> all) => all.Where(m => !m.Topic.EndsWith("feed_temp", StringComparison.Ordinal));
        Assert.Equal(Digest(Rest(first)), Digest(Rest(other)));
    }

    [Fact]
    public async Task EveryTagAtItsNativePeriod_ArrivesComplete()
    {
        var (seen, sent) = await RunAsync(Plant(TimeSpan.Zero), 0.5);

        long raw = seen.Count(m => m.Topic.StartsWith(Location + "/_raw/", StringComparison.Ordinal));
        Assert.Equal(1800, seen.Count(m => m.Topic == Location + "/_raw/f01/pv/current"));
        Assert.Equal(360, seen.Count(m => m.Topic == Location + "/_raw/f01/pv/feed_flow"));
        Assert.Equal(sent, raw + seen.Where(m => m.Topic.Contains("/lab/", StringComparison.Ordinal)).Sum(m => LabPayload.Decode(m.Payload.Span).Value!.Results.Count));
    }

    [Fact]
    public async Task FailedSensor_SaysSoOnTheWire()
    {
        var (seen, _) = await RunAsync(Plant(TimeSpan.FromMinutes(1), "fault:f01/pv/current:bad,fault:roll/rz:bad"), 4);

        var current = seen.Where(m => m.Topic == Location + "/_raw/f01/pv/current").Select(m => System.Text.Encoding.UTF8.GetString(m.Payload.Span)).ToList();
        Assert.Equal(240, current.Count);
        Assert.All(current, text => Assert.EndsWith(",\"quality\":\"bad\"}", text, StringComparison.Ordinal));
        Assert.All(seen.Where(m => m.Topic == Location + "/_raw/f01/pv/feed_flow"), m => Assert.DoesNotContain("quality", System.Text.Encoding.UTF8.GetString(m.Payload.Span), StringComparison.Ordinal));
        var strips = seen.Where(m => m.Topic.EndsWith("/lab/roll", StringComparison.Ordinal)).SelectMany(m => LabPayload.Decode(m.Payload.Span).Value!.Results).ToList();
        Assert.Contains(strips, r => r.Analyte == "rz");
        Assert.All(strips.Where(r => r.Analyte == "rz"), r => Assert.Null(r.Value));
        Assert.All(strips.Where(r => r.Analyte == "ts"), r => Assert.NotNull(r.Value));
    }

    [Fact]
    public async Task Truth_ReachesTheJudgeOnly()
    {
        var (judged, _) = await RunAsync(Plant(TimeSpan.FromMinutes(1)), 0.2, EmbeddedBroker.JudgeUser, truth: true);
        var (optimizer, _) = await RunAsync(Plant(TimeSpan.FromMinutes(1)), 0.2, null, truth: true);
        var (unasked, _) = await RunAsync(Plant(TimeSpan.FromMinutes(1)), 0.2, EmbeddedBroker.JudgeUser);

        Assert.Contains(judged, m => m.Topic == Location + "/_truth/batch/sps_potency");
        Assert.DoesNotContain(optimizer, m => m.Topic.Contains("_truth", StringComparison.Ordinal));
        Assert.DoesNotContain(unasked, m => m.Topic.Contains("_truth", StringComparison.Ordinal));
        Assert.True(optimizer.Count > 100);
    }

    [Fact]
    public async Task Truth_CannotBeForged()
    {
        await using var broker = await EmbeddedBroker.StartAsync(0);
        await using var forger = new MqttLink(new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "opt", Filters = [] }, (_, _) => default, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Bench.Cancel);
        var running = forger.RunAsync(stop.Token);
        await forger.WaitConnectedAsync(Patience, Bench.Cancel);

        Assert.Equal(PublishOutcome.Refused, await forger.PublishAsync(new OutboundMessage(Location + "/_truth/money/cost", new byte[] { 49 }, 1), Patience, Bench.Cancel));
        await stop.CancelAsync();
        await running;
    }
}
