using System.Text;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests;

/// <summary>What only a real broker shows.</summary>
public sealed class MosquittoTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Message_GoesThroughARealBroker()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        using var stop = new CancellationTokenSource();
        var heard = new TaskCompletionSource<string>();
        await using var link = new MqttLink(
            new MqttLinkOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "both", Filters = ["t/#"] },
            (m, _) =>
            {
                heard.TrySetResult(Encoding.UTF8.GetString(m.Payload.Span));
                return default;
            }, TimeProvider.System);
        var run = link.RunAsync(stop.Token);
        await link.WaitConnectedAsync(Patience, Cancel);

        Assert.Equal(PublishOutcome.Sent, await link.PublishAsync(new OutboundMessage("t/a", "x"u8.ToArray(), 1), Patience, Cancel));
        Assert.Equal("x", await heard.Task.WaitAsync(Patience, TimeProvider.System, Cancel));
        await stop.CancelAsync();
        await run;
    }
}
