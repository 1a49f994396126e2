using System.Text;
using System.Text.Json;
using Optimizer.Mqtt.Sparkplug;
using Optimizer.Mqtt.Translators;
using Optimizer.Plant;
using Optimizer.Setpoints;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Translators;

/// <summary>A write from the ledger to its end and back, through a real broker, with a hand-made edge node and a fake publisher.</summary>
public sealed class TranslatorChainTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("does it", WriteFate.Verified, 1)]
    [InlineData("refuses", WriteFate.Rejected, 1)]
    [InlineData("is deaf once", WriteFate.Verified, 2)]
    [InlineData("is deaf", WriteFate.TimedOut, 3)]
    [InlineData("answers for the write before", WriteFate.TimedOut, 3)]
    public async Task SparkplugHandshake_EndsAsItMust(string controller, WriteFate fate, int attempts)
    {
        await using var line = await SparkplugLine.StartAsync(handshake: true, (edge, values, heard) => controller switch
        {
            "refuses" => edge.AnswerAsync(values, 5),
            "is deaf once" when heard == 1 => Task.CompletedTask,
            "is deaf" => Task.CompletedTask,
            "answers for the write before" => edge.AnswerAsync(values.ToDictionary(v => v.Key, v => v.Key.EndsWith("SP_SEQ", StringComparison.Ordinal) ? v.Value - 1 : v.Value), 1, 2, 3, 4),
            _ => edge.AnswerAsync(values, 1, 2, 3, 4),
        });

        var account = await line.WriteAsync();

        Assert.Equal((fate, attempts), (account.Fate, account.Attempts));
        Assert.Equal(controller is "does it" or "is deaf once" ? 60.5 : 60, line.Readback, 3);
    }

    [Theory]
    [InlineData("does it", WriteFate.Verified, 1)]
    [InlineData("is deaf once", WriteFate.Verified, 2)]
    [InlineData("takes half", WriteFate.TimedOut, 3)]
    public async Task BareSparkplug_IsVerifiedByReadback(string controller, WriteFate fate, int attempts)
    {
        await using var line = await SparkplugLine.StartAsync(handshake: false, (edge, values, heard) => controller switch
        {
            "is deaf once" when heard == 1 => Task.CompletedTask,
            "takes half" => edge.SayAsync(("FIC1/SP", values["FIC1/SP"])),
            _ => edge.SayAsync([.. values.Select(v => (v.Key, v.Value))]),
        });

        var account = await line.WriteAsync();

        Assert.Equal((fate, attempts), (account.Fate, account.Attempts));
        // Never accepted by anybody: there is no lease to keep or to give back.
        Assert.False(line.Ledger.HoldsLease);
    }

    [Theory]
    [InlineData("{}", true, WriteFate.Verified, 1)]
    [InlineData("""{"errorInfo":{"statusCode":2151350272,"errorMessage":"not writable"}}""", false, WriteFate.Rejected, 1)]
    [InlineData(null, true, WriteFate.TimedOut, 3)]
    [InlineData("{}", false, WriteFate.Deviated, 1)]
    public async Task OpcPublisher_EndsAsItMust(string? answer, bool readsBack, WriteFate fate, int attempts)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var publisher = new Peer(broker.Port, "publisher", [OpcPublisherTranslatorTests.Target.Topic]);
        await using var us = new Peer(broker.Port, "us", [OpcPublisherTranslatorTests.Target.ReplyTopic]);
        double written = double.NaN;
        publisher.Handle = async m =>
        {
            Volatile.Write(ref written, JsonDocument.Parse(m.Payload).RootElement.GetProperty("request").GetProperty("value").GetDouble());
            if (answer is not null)
            {
                await publisher.SendAsync(new OutboundMessage(m.ResponseTopic!, Encoding.UTF8.GetBytes(answer), 1) { CorrelationData = m.CorrelationData });
            }
        };
        await publisher.ConnectedAsync();
        await us.ConnectedAsync();
        var translator = new OpcPublisherTranslator(OpcPublisherTranslatorTests.Target);
        var run = new LedgerRun(translator, us, (m, now) => [translator.Take(m, now)]);
        translator.Take(Sample.Online("FIC1.SP", 60, run.Now), run.Now);
        run.Look = () => translator.Take(Sample.Online("FIC1.SP", readsBack && answer is not null ? Volatile.Read(ref written) : 60, run.Now), run.Now);

        var account = await run.WriteAsync(both: false);

        Assert.Equal((fate, attempts), (account.Fate, account.Attempts));
        Assert.Equal(60.5, written);
    }

    /// <summary>A connection whose handler may be set later, and which answers fences.</summary>
    private sealed class Peer : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _run;

        public Peer(int port, string client, string[] filters, bool clean = false)
        {
            Link = new MqttLink(new MqttLinkOptions { Host = "127.0.0.1", Port = port, ClientId = client, Filters = [.. filters, "fence/" + client], CleanSession = clean }, HandleAsync, TimeProvider.System);
            _run = Link.RunAsync(_stop.Token);
        }

        public MqttLink Link { get; }

        public Func<InboundMessage, Task>? Handle { get; set; }

        /// <summary>The last fence that came, after everything sent before it had been handled.</summary>
        public int Fence { get; private set; }

        public Task ConnectedAsync() => Link.WaitConnectedAsync(Patience, Cancel);

        public async Task SendAsync(OutboundMessage message) => Assert.Equal(PublishOutcome.Sent, await Link.PublishAsync(message, Patience, Cancel));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run;
            await Link.DisposeAsync();
            _stop.Dispose();
        }

        private async ValueTask HandleAsync(InboundMessage message, CancellationToken cancel)
        {
            if (!message.Topic.StartsWith("fence/", StringComparison.Ordinal))
            {
                await (Handle?.Invoke(message) ?? Task.CompletedTask);
                return;
            }

            Fence = int.Parse(Encoding.ASCII.GetString(message.Payload.Span), System.Globalization.CultureInfo.InvariantCulture);
            if (message.ResponseTopic is { } back)
            {
                await SendAsync(new OutboundMessage(back, message.Payload, 1));
            }
        }
    }

    /// <summary>Ledger and translator. A second passes only when everything on the wire has arrived and been handled.</summary>
    private sealed class LedgerRun
    {
        private readonly SetpointTranslator _translator;
        private readonly Peer _us;
        private readonly Lock _gate = new();
        private WriteAccount? _ended;
        private int _fence;

        public LedgerRun(SetpointTranslator translator, Peer us, Func<InboundMessage, DateTimeOffset, IEnumerable<Translation>> hear)
        {
            (_translator, _us) = (translator, us);
            us.Handle = m =>
            {
                lock (_gate)
                {
                    Keep(hear(m, Now));
                }

                return Task.CompletedTask;
            };
        }

        public DateTimeOffset Now { get; private set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        public WriteLedger Ledger { get; } = new(7, Writes.Terms);

        /// <summary>The one who is written to.</summary>
        public string Other { get; init; } = "publisher";

        /// <summary>Asked once a second for telemetry.</summary>
        public Func<Translation>? Look { get; set; }

        public async Task<WriteAccount> WriteAsync(bool both)
        {
            SetpointWrite write;
            lock (_gate)
            {
                write = Writes.Approved(Now, Ledger.NextTurn, both);
                Ledger.Open(write, Now);
            }

            await SendAsync(write);
            while (_ended is null)
            {
                await FenceAsync();
                IReadOnlyList<SetpointWrite> due;
                lock (_gate)
                {
                    Keep(Look is { } look ? [look()] : []);
                    if (_ended is { } ended)
                    {
                        return ended;
                    }

                    Now += TimeSpan.FromSeconds(1);
                    due = Ledger.Advance(Now, out _ended);
                }

                foreach (var again in due)
                {
                    await SendAsync(again);
                }
            }

            return _ended;
        }

        private async Task SendAsync(SetpointWrite write)
        {
            Translation translation;
            lock (_gate)
            {
                translation = _translator.Send(write.ToRequest(), Now);
                Keep([translation]);
            }

            if (translation.Message is { } message)
            {
                await _us.SendAsync(message);
            }
        }

        private void Keep(IEnumerable<Translation> translations)
        {
            foreach (var ack in translations.SelectMany(t => t.Acknowledgements).ToList())
            {
                _ended ??= Ledger.Take(ack, Now);
            }
        }

        private async Task FenceAsync()
        {
            int n = ++_fence;
            await _us.SendAsync(new OutboundMessage("fence/" + Other, Encoding.ASCII.GetBytes($"{n}"), 1) { ResponseTopic = "fence/us" });
            await Eventually.TrueAsync(() => _us.Fence >= n, Patience, Cancel);
        }
    }

    /// <summary>Broker, edge node and our side.</summary>
    private sealed class SparkplugLine : IAsyncDisposable
    {
        private readonly MosquittoBroker _broker;
        private readonly SparkplugHost _host;
        private readonly Controller _controller;
        private readonly Peer _edge, _us;
        private readonly LedgerRun _run;
        private readonly bool _handshake;
        private double _readback;
        private int _heard;

        private SparkplugLine(MosquittoBroker broker, bool handshake, Func<SparkplugLine, Dictionary<string, double>, int, Task> act)
        {
            var target = Controller.Target(handshake);
            (_broker, _handshake, _controller) = (broker, handshake, new Controller(handshake));
            _host = new SparkplugHost([], target.Watched);
            var translator = new SparkplugTranslator(_host, target);
            _edge = new Peer(broker.Port, "edge", ["spBv1.0/Plant/DCMD/Edge/#"])
            {
                Handle = m => act(this, Controller.Read(m.Payload.Span), ++_heard),
            };
            _us = new Peer(broker.Port, "us", [.. _host.Filters], clean: true);
            _run = new LedgerRun(translator, _us, (m, now) =>
            {
                _host.Take(m.Topic, m.Payload.Span, now, m.Retained, []);
                List<SparkplugChange> changes = [.. _host.Changes];
                _host.Changes.Clear();
                _readback = changes.LastOrDefault(c => c.Metric.Name.EndsWith("FIC1/SP", StringComparison.Ordinal))?.Number ?? _readback;
                return changes.Select(c => translator.Take(c, now));
            })
            {
                Other = "edge",
            };
        }

        public WriteLedger Ledger => _run.Ledger;

        public double Readback => _readback;

        public static async Task<SparkplugLine> StartAsync(bool handshake, Func<SparkplugLine, Dictionary<string, double>, int, Task> act)
        {
            var line = new SparkplugLine(await MosquittoBroker.StartAsync(), handshake, act);
            await line._us.ConnectedAsync();
            await line._edge.ConnectedAsync();
            foreach (var (topic, payload) in line._controller.Births(line._run.Now))
            {
                await line._edge.SendAsync(new OutboundMessage(topic, payload, 0) { IsBinary = true });
            }

            await Eventually.TrueAsync(() => line._host.IsAlive(Controller.Source), Patience, Cancel);
            return line;
        }

        public Task<WriteAccount> WriteAsync() => _run.WriteAsync(both: true);

        public Task SayAsync(params (string, double)[] values)
        {
            var (topic, payload) = _controller.Data(_run.Now, values);
            return _edge.SendAsync(new OutboundMessage(topic, payload, 0) { IsBinary = true });
        }

        /// <summary>What a controller with the handshake says, state after state; from applied on the setpoints are where they were asked to be.</summary>
        public async Task AnswerAsync(Dictionary<string, double> values, params int[] states)
        {
            string[] loops = ["Opt/FIC1", "Opt/FIC2"];
            foreach (int state in states)
            {
                await SayAsync([
                    .. loops.SelectMany(l => new[] { ($"{l}/SP_ACK_SEQ", values[$"{l}/SP_SEQ"]), ($"{l}/SP_STATE", (double)state) }),
                    .. loops.Where(_ => state == 3 && _heard > 0 && IsOurs(values)).Select(l => ($"{l}/SP", values[$"{l}/SP_REQ"])),
                ]);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _us.DisposeAsync();
            await _edge.DisposeAsync();
            await _broker.DisposeAsync();
        }

        private bool IsOurs(Dictionary<string, double> values) => _handshake && values["Opt/FIC1/SP_SEQ"] > 7 << 16;
    }
}
