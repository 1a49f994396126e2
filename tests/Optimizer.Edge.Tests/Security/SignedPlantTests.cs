using System.Security.Cryptography;
using CopperFoilLine;
using CopperFoilLine.Scenes;
using Optimizer.Edge.Connection;
using Optimizer.Edge.Line;
using Optimizer.Edge.Simulated;
using Optimizer.Edge.Site;
using Optimizer.Edge.Tests.Line;
using Optimizer.Edge.Tests.Site;
using Optimizer.Historian;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Setpoints;
using Optimizer.Simulation.Mqtt;
using Optimizer.Testing;

namespace Optimizer.Edge.Tests.Security;

/// <summary>Signatures between worker and gateway, and both on the example broker.</summary>
public sealed class SignedPlantTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-signed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Row "replayed command … signature": what is not signed, signed by another, or signed for another topic moves nothing.
    [Fact]
    public async Task SetpointWithoutATrustedSignature_IsRefused()
    {
        using var trusted = SignatureCheck.FromFiles([Keys("ours").Open]);
        using var ours = MessageSigner.FromFile(Keys("ours").Secret);
        using var theirs = MessageSigner.FromFile(Keys("theirs").Secret);
        await using var bench = await Bench.StartAsync(host: o => o with { Trusted = trusted });
        await bench.RunAsync(0.1);
        await using var attacker = new Attacker(bench);
        await attacker.StartAsync();
        var held = bench.Plant.Gateway.Setpoints.ToArray();

        Assert.Equal(ReasonCode.BadSignature, (await attacker.SendAsync(attacker.Write(5, 1))).ReasonCode);
        Assert.Equal(ReasonCode.BadSignature, (await attacker.SendAsync(attacker.Write(5, 1), sign: theirs.Sign)).ReasonCode);
        Assert.Equal(ReasonCode.BadSignature, (await attacker.SendAsync(attacker.Write(5, 1), sign: m => ours.Sign(m with { Topic = bench.Topics.SetpointSet("gw-l02") }) with { Topic = m.Topic })).ReasonCode);
        Assert.False(bench.Plant.Gateway.Leased);
        Assert.Equal(held, bench.Plant.Gateway.Setpoints);

        Assert.Equal(AcknowledgementState.Accepted, (await attacker.SendAsync(attacker.Write(5, 1), sign: ours.Sign)).State);
        Assert.True(bench.Plant.Gateway.Leased);
    }

    [Fact]
    public async Task ClosedLoopWithSignedSetpoints_Moves()
    {
        using var trusted = SignatureCheck.FromFiles([Keys("ours").Open]);
        using var ours = MessageSigner.FromFile(Keys("ours").Secret);
        await using var bench = await Bench.StartAsync(access: BrokerAccess.ForDemo with { Signer = ours }, host: o => o with { Trusted = trusted });
        await bench.HistoryAsync(150);
        await bench.RunAsync(0.1);
        Assert.True((await bench.ModeAsync(OperatingMode.Closed))!.Done);
        await bench.RunAsync(6);
        await Bench.UntilAsync(() => bench.Worker.Now == bench.Plant.Line.Now);

        Assert.True(bench.Worker.Loop!.Ledger.Count(WriteFate.Verified) > 0, bench.Worker.Loop.LastOutcome?.Sentence);
        Assert.Equal(0, bench.Worker.Loop.Ledger.Count(WriteFate.Rejected));
    }

    // The whole of it on the example broker: certificates, access list, no plaintext, and closed mode allowed.
    [Fact]
    public async Task PlantAndWorkerOnTheExampleBroker_Work()
    {
        using var plant = new Certificates();
        plant.Issue("broker", hosts: ["127.0.0.1"]);
        await using var broker = await ExampleBroker.StartAsync(plant.Folder);
        TlsOptions Tls(string name)
        {
            var (certificate, key) = plant.Issue(name);
            return new TlsOptions { AuthorityFile = plant.AuthorityFile, CertificateFile = certificate, KeyFile = key, RevocationListFile = plant.RevocationListFile };
        }

        var site = SiteMapper.Load(SiteText.CopperFoilFile);
        var foil = FoilPlant.Create(new FoilPlantPlan { Scenario = ScenarioPlan.Parse("normal"), Seed = 7, Gateway = "gw-l01" });
        using var audit = AuditRecord.Open(_folder);
        await using var host = new PlantHost(
            new PlantHostOptions { Host = "127.0.0.1", Port = broker.Port, Tls = Tls("gw-l01"), Location = site.Site.Location, LabUnits = FoilTags.Results }, foil.Line, foil.Gateway, TimeProvider.System);
        await using var worker = new LineWorker(
            new WorkerOptions { Site = site, Host = "127.0.0.1", Port = broker.Port, Access = new BrokerAccess { Tls = Tls("opt-copper-foil-l01") }, StartMode = OperatingMode.Advisory, Seed = 7 }, audit, TimeProvider.System);
        var replies = new System.Collections.Concurrent.ConcurrentQueue<CommandReplyMessage>();
        await using var screen = new MqttLink(
            new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, Tls = Tls("hmi-1"), ClientId = "hmi-1", Filters = ["clients/hmi-1/#"] }, (m, _) =>
            {
                replies.Enqueue(ModePayload.DecodeReply(m.Payload.Span).Value!);
                return default;
            }, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Bench.Cancel);
        Task[] running = [worker.RunAsync(stop.Token), host.RunAsync(stop.Token), screen.RunAsync(stop.Token)];
        foreach (var link in new[] { worker.Link, host.Link, screen })
        {
            await link.WaitConnectedAsync(Patience, Bench.Cancel);
        }

        await host.AdvanceAsync(foil.Now + TimeSpan.FromHours(0.2), Bench.Cancel);
        await Bench.UntilAsync(() => worker.Now == foil.Now && worker.Loop is not null);
        byte[] command = ModePayload.Encode(new ModeCommandMessage(
            SetpointIds.Create(worker.Now, 1, 1, "hmi"), OperatingMode.Closed, "F01", "anna", worker.Now, worker.Now.AddMinutes(5), worker.Loop!.Mode.Version, "start of shift")
        { Client = "hmi-1" });
        Assert.Equal(PublishOutcome.Sent, await screen.PublishAsync(
            new OutboundMessage(new TopicTree(site.Site.Location).ModeCommand, command, 1) { ResponseTopic = "clients/hmi-1/opt/reply" }, Patience, Bench.Cancel));
        await Bench.UntilAsync(() => !replies.IsEmpty);

        Assert.True(replies.Single().Done, replies.Single().Reason);
        Assert.Equal(OperatingMode.Closed, worker.Loop.Mode.Mode);
        Assert.Equal((0L, 0L, 0L), (host.MissedEchoes, worker.Counters["retained_commands"], worker.Counters["retained_scan_failed"]));
        Assert.True(worker.Counters["samples"] > 100);
        Assert.DoesNotContain(broker.Log, l => l.Contains("Denied", StringComparison.Ordinal));
        await stop.CancelAsync();
        await Task.WhenAll(running);
    }

    private (string Secret, string Open) Keys(string name)
    {
        string secret = Path.Combine(_folder, name + ".key"), open = Path.Combine(_folder, name + ".pub");
        if (!File.Exists(secret))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            File.WriteAllText(secret, key.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(open, key.ExportSubjectPublicKeyInfoPem());
        }

        return (secret, open);
    }
}
