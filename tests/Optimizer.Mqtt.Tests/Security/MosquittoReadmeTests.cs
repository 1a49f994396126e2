using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Security;

/// <summary>The openssl commands of <c>edge/mosquitto/README.md</c>, run as they stand there, and a broker and a client on what they made.</summary>
public sealed partial class MosquittoReadmeTests : IDisposable
{
    private const string Topic = ExampleBroker.Location + "/_opt_v1/sp/set/gw-l01";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("readme-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task CommandsOfTheReadme_MakeWhatTheExampleNeeds()
    {
        MosquittoBroker.RequireTool("openssl");
        string text = await System.IO.File.ReadAllTextAsync(Path.Combine(ExampleBroker.Folder, "README.md"), Cancel);
        var blocks = Bash().Matches(text).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(3, blocks.Count);
        foreach (string block in blocks)
        {
            await RunAsync(block);
        }

        await using var broker = await ExampleBroker.StartAsync(_folder);
        using var signer = MessageSigner.FromFile(Made("signing.key"));
        using var check = SignatureCheck.FromFiles([Made("signing.pub")]);
        var heard = new TaskCompletionSource<InboundMessage>();
        await using var gateway = Link(broker, "gw-l01", [Topic], m => heard.TrySetResult(m));
        await using var optimizer = Link(broker, "opt-copper-foil-l01", [], _ => { });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task[] running = [gateway.RunAsync(stop.Token), optimizer.RunAsync(stop.Token)];
        await gateway.WaitConnectedAsync(Patience, Cancel);
        await optimizer.WaitConnectedAsync(Patience, Cancel);

        Assert.Equal(PublishOutcome.Sent, await optimizer.PublishAsync(signer.Sign(new OutboundMessage(Topic, Encoding.UTF8.GetBytes("{}"), 1)), Patience, Cancel));
        Assert.Null(check.Refusal(await heard.Task.WaitAsync(Patience, TimeProvider.System, Cancel)));
        await stop.CancelAsync();
        await Task.WhenAll(running);
    }

    private string Made(string name) => Path.Combine(_folder, name);

    private MqttLink Link(MosquittoBroker broker, string name, string[] filters, Action<InboundMessage> handle)
    {
        var tls = new TlsOptions { AuthorityFile = Made("ca.crt"), CertificateFile = Made(name + ".crt"), KeyFile = Made(name + ".key"), RevocationListFile = Made("ca.crl") };
        tls.Check();
        return new MqttLink(
            new MqttLinkOptions { Host = "localhost", Port = broker.Port, ClientId = name, Filters = filters, Tls = tls }, (m, _) =>
            {
                handle(m with { Payload = m.Payload.ToArray() });
                return default;
            }, TimeProvider.System);
    }

    private async Task RunAsync(string block)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash") { ArgumentList = { "-euo", "pipefail", "-c", block }, WorkingDirectory = _folder, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = bash.StandardOutput.ReadToEndAsync(Cancel);
        string error = await bash.StandardError.ReadToEndAsync(Cancel);
        await output;
        await bash.WaitForExitAsync(Cancel);
        Assert.True(bash.ExitCode == 0, error);
    }

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Bash();
}
