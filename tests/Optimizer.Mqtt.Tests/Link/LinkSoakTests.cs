using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Optimizer.Testing;

namespace Optimizer.Mqtt.Tests.Link;

/// <summary>
/// Numbered messages from an outbox that sends each until the broker has it, through everything that happens to a link. Ten
/// seconds in an ordinary run, fifty where OPTIMIZER_SLOW is 1, OPTIMIZER_SOAK_MINUTES for a real soak.
/// </summary>
[Trait("Category", "slow")]
public sealed class LinkSoakTests
{
    private const int Senders = 4;
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30), Deadline = TimeSpan.FromSeconds(2), Pace = TimeSpan.FromMilliseconds(50);

    // Mosquitto saves after it acknowledged: what a SIGKILL hits in between is lost by the broker, not by a link.
    private static readonly TimeSpan Unsaved = TimeSpan.FromSeconds(1), OnTheWay = TimeSpan.FromSeconds(0.4);

    private readonly ConcurrentDictionary<(int Sender, int Number), int> _received = new();
    private readonly ConcurrentDictionary<(int Sender, int Number), DateTimeOffset> _acknowledged = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly int[] _numbers = new int[Senders], _newest = new int[Senders];
    private readonly Dictionary<string, long> _duplicatesBy = new(StringComparer.Ordinal);
    private long _duplicates, _poison;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LinksUnderEveryFault_AreNeverDeafAndLoseNothing()
    {
        await using var faults = await SoakFaults.StartAsync(seed: 4);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await using var receiver = new MqttLink(SoakFaults.Options(faults.ReceiverPort, "receiver", "t/#"), Receive, TimeProvider.System);
        await using var sender = new MqttLink(SoakFaults.Options(faults.SenderPort, "sender"), (_, _) => default, TimeProvider.System);
        Task[] links = [receiver.RunAsync(stop.Token), sender.RunAsync(stop.Token)];
        await receiver.WaitConnectedAsync(Recovery, Cancel);
        await sender.WaitConnectedAsync(Recovery, Cancel);

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var sending = Enumerable.Range(0, Senders).Select(s => SendAsync(sender, s, enough.Token)).ToList();
        var worst = await FaultsAsync(faults);
        await enough.CancelAsync();
        await Task.WhenAll(sending);
        string arrived = await Eventually.TrueAsync(() => Missing().All(m => IsBrokers(faults, m)), Recovery, Cancel).ContinueWith(
            t => t.IsCompletedSuccessfully ? "all arrived" : "some never arrived", TaskScheduler.Default);

        var lost = Missing();
        SoakFaults.Report($"{faults.Count} faults ({faults.Summary}); {_acknowledged.Count} messages acknowledged, {lost.Count(m => !IsBrokers(faults, m))} lost, "
            + $"{lost.Count} that the broker had acknowledged less than {Unsaved.TotalSeconds:F0} s before it was killed; {_duplicates} duplicates ({string.Join(", ", _duplicatesBy.Select(d => $"{d.Value} after {d.Key}"))}), {_poison} poison; "
            + $"{receiver.Connections} and {sender.Connections} connections; longest silence after a fault {worst.TotalSeconds:F1} s; {arrived}"
            + string.Concat(lost.Select(m => $"\nlost: acknowledged at {m:HH:mm:ss.fff}, the broker was killed {string.Join(", ", faults.Killed.Select(k => (m - k.From).TotalSeconds).OrderBy(Math.Abs).Take(1).Select(s => $"{-s:F2} s later"))}")));
        Assert.DoesNotContain(lost, m => !IsBrokers(faults, m));
        Assert.Empty(_wrong);
        Assert.Equal(receiver.HandlerFailures, Interlocked.Read(ref _poison));
        Assert.True(faults.Count > 0 && _acknowledged.Count > 100, $"{faults.Count} faults, {_acknowledged.Count} messages");
        await stop.CancelAsync();
        await Task.WhenAll(links);
    }

    private async Task<TimeSpan> FaultsAsync(SoakFaults faults)
    {
        var (start, worst) = (TimeProvider.System.GetTimestamp(), TimeSpan.Zero);
        while (TimeProvider.System.GetElapsedTime(start) < SoakFaults.Length)
        {
            long before = Interlocked.Read(ref _duplicates);
            string fault = await faults.InjectAsync(Cancel);
            // Heard again is a message that did not exist yet.
            long end = TimeProvider.System.GetTimestamp();
            int[] marks = [.. _numbers];
            await Eventually.TrueAsync(() => marks.Select((m, s) => Volatile.Read(ref _newest[s]) > m).All(heard => heard), Recovery, Cancel, $"messages arrive again after {faults.Summary}");
            worst = TimeProvider.System.GetElapsedTime(end) is var silence && silence > worst ? silence : worst;
            _duplicatesBy[fault] = _duplicatesBy.GetValueOrDefault(fault) + Interlocked.Read(ref _duplicates) - before;
        }

        return worst;
    }

    private async Task SendAsync(MqttLink link, int sender, CancellationToken enough)
    {
        using var timer = new PeriodicTimer(Pace, TimeProvider.System);
        while (!enough.IsCancellationRequested)
        {
            int number = Interlocked.Increment(ref _numbers[sender]);
            byte[] payload = Encoding.UTF8.GetBytes(Content(sender, number));
            await link.PublishAsync(new OutboundMessage($"telemetry/{sender}", payload, 0), Deadline, Cancel);
            while (await link.PublishAsync(new OutboundMessage($"t/{sender}", payload, 1), Deadline, Cancel) != PublishOutcome.Sent)
            {
                await link.WaitConnectedAsync(Timeout.InfiniteTimeSpan, Cancel);
                await Task.Delay(Pace, TimeProvider.System, Cancel);
            }

            _acknowledged[(sender, number)] = TimeProvider.System.GetUtcNow();
            await timer.WaitForNextTickAsync(Cancel);
        }
    }

    private ValueTask Receive(InboundMessage message, CancellationToken cancel)
    {
        string text = Encoding.UTF8.GetString(message.Payload.Span);
        string[] parts = text.Split(' ');
        var key = (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
        if (text != Content(key.Item1, key.Item2) || message.Retained || message.Topic != $"t/{key.Item1}")
        {
            _wrong.Enqueue($"{message.Topic}: {text}");
        }

        _newest[key.Item1] = Math.Max(_newest[key.Item1], key.Item2);
        if (_received.AddOrUpdate(key, 1, (_, n) => n + 1) > 1)
        {
            Interlocked.Increment(ref _duplicates);
        }

        if (key.Item2 % 100 == 50)
        {
            Interlocked.Increment(ref _poison);
            throw new InvalidOperationException("poison");
        }

        return default;
    }

    private static string Content(int sender, int number) => string.Create(CultureInfo.InvariantCulture, $"{sender} {number} {unchecked((uint)(number * 2654435761L) ^ sender):x8}");

    private List<DateTimeOffset> Missing() => [.. _acknowledged.Where(a => !_received.ContainsKey(a.Key)).Select(a => a.Value)];

    private static bool IsBrokers(SoakFaults faults, DateTimeOffset acknowledged) => faults.Killed.Any(k => acknowledged > k.From - Unsaved && acknowledged < k.To + OnTheWay);
}
