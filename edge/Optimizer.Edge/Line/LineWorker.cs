using Optimizer.Cycle;
using Optimizer.Edge.Site;
using Optimizer.Historian;
using Optimizer.Learning;
using Optimizer.Mqtt;
using Optimizer.Plant;

namespace Optimizer.Edge.Line;

/// <summary>
/// Drives one <see cref="LineLoop"/> over MQTT: senses (read-only), lets it decide, acts. The audit row is on disk before a
/// setpoint is on the wire.
/// </summary>
internal sealed class LineWorker : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    private readonly WorkerOptions _options;
    private readonly AuditTrail _trail;
    private readonly TimeProvider _time;
    private readonly TopicTree _topics;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SampleIntake _intake;
    private readonly LinePublisher _publisher;
    private readonly CommandDesk _desk;
    private readonly SparkplugFeed? _feed;
    private readonly TranslatedGateway? _foreign;
    private readonly LineDefinition _line;
    private readonly MqttLinkOptions _connection;
    private readonly ModelShelf? _shelf;
    private readonly LineHistory? _history;
    private LineLoop? _loop;
    private DateTimeOffset _now;
    private string? _suspicion;
    private bool _announced;
    private long _heardAt, _auditTriedAt;

    public LineWorker(WorkerOptions options, AuditRecord audit, TimeProvider time)
    {
        options.Access.Require(options.Host, options.Port, options.StartMode);
        (_options, _time) = (options, time);
        _line = options.Access.Limit(options.Site.Line, options.Host, options.Port);
        var site = options.Site.Site;
        _topics = new TopicTree(site.Location);
        var decoder = new TelemetryDecoder(SiteBindings.Of(site), site.SourceClock);
        _history = options.History is { } recorder ? new LineHistory(recorder, Counters) : null;
        _intake = new SampleIntake(decoder, Counters, site.SourceClock, _history);
        Epoch = audit.TakeEpoch();
        _trail = new AuditTrail(audit, options.Site.Hash, Epoch);
        _connection = options.Access.To(new MqttLinkOptions
        {
            Host = options.Host,
            Port = options.Port,
            ClientId = $"opt-{site.Name}",
            Filters = decoder.Topics,
            CommandFilters = [_topics.ModeCommand, _topics.DecisionCommand],
            Version = options.MqttVersion,
            Will = () => LinePublisher.Online(_topics, false, Epoch, Clock, "connection lost", options.Access.Demo),
        });
        _feed = SparkplugFeed.Of(site, _connection, _intake, Counters, HandleSparkplugAsync, time);
        _foreign = TranslatedGateway.Of(site, _connection.ClientId, _feed?.Host, Counters);
        // A foreign gateway has no heartbeat and no acknowledgements of ours: whoever sent some would be somebody else.
        string[] gateway = _foreign is null ? [_topics.SetpointAck(site.Gateway.Id), _topics.Heartbeat(site.Gateway.Id)] : [.. _foreign.Translator.Filters];
        Link = new MqttLink(_connection with { Filters = [.. decoder.Topics, .. gateway], SessionFile = options.SessionFile }, HandleAsync, time)
        {
            Connected = ConnectedAsync,
            HandlerFailed = Failed,
            Noticed = Noticed,
        };
        _publisher = new LinePublisher(Link, _topics, options.Site, Epoch, options.Access.Signer);
        if (_foreign is { } foreign)
        {
            foreign.Publish = (m, cancel) => m.IsBinary ? _feed!.PublishAsync(m, cancel) : Link.PublishAsync(m, Deadline, cancel);
            foreign.Warned = w => Warned?.Invoke(w);
            _intake.Taken = s => foreign.Take(s, _time.GetUtcNow());
            _publisher.Foreign = (write, cancel) => foreign.SendAsync(write.ToRequest(), _time.GetUtcNow(), cancel);
        }

        _shelf = options.Models is { } store ? new ModelShelf(store) { Warned = w => Warned?.Invoke(OneLine.Of(w)) } : null;
        _desk = new CommandDesk(_publisher, Counters, ActAsync, sentence => Warned?.Invoke(OneLine.Of(sentence)));
    }

    public long Epoch { get; }

    public MqttLink Link { get; }

    /// <summary>Null: the site has no Sparkplug sources.</summary>
    public SparkplugFeed? Sparkplug => _feed;

    public WorkerCounters Counters { get; } = new();

    /// <summary>Null until process time is known from the first heartbeat of a source-clock plant.</summary>
    public LineLoop? Loop => _loop;

    /// <summary>Process time.</summary>
    public DateTimeOffset Now => _now;

    /// <summary>Everything the loop did, as it happens.</summary>
    public Action<LineEvent>? Happened { get; set; }

    /// <summary>What an operator of this process should know, at most once a second.</summary>
    public Action<string>? Warned { get; set; }

    private DateTimeOffset Clock => _options.Site.Site.SourceClock && _now != default ? _now : _time.GetUtcNow();

    /// <summary>Runs until cancelled, then gives the lease back and says offline.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var stop = new CancellationTokenSource();
        _suspicion = await RetainedCheck.FindAsync(_connection, _topics, Counters, _time, cancel);
        if (_suspicion is { } retained)
        {
            Warned?.Invoke(OneLine.Of(retained));
        }

        var link = Task.WhenAll(Link.RunAsync(stop.Token), _feed?.Link.RunAsync(stop.Token) ?? Task.CompletedTask);
        if (_foreign is { } foreign)
        {
            Warned?.Invoke(foreign.Translator.Caution);
        }

        try
        {
            await WatchAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }

        await FarewellAsync();
        await stop.CancelAsync();
        await link;
    }

    public async ValueTask DisposeAsync()
    {
        await Link.DisposeAsync();
        if (_feed is { } feed)
        {
            await feed.DisposeAsync();
        }

        _turn.Dispose();
    }

    // One tick a second by the wall: silence of the plant, and time itself where the site keeps its own clock.
    private async Task WatchAsync(CancellationToken cancel)
    {
        _heardAt = _time.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        while (await timer.WaitForNextTickAsync(cancel))
        {
            await _turn.WaitAsync(cancel);
            try
            {
                await TickAsync(cancel);
            }
            catch (Exception e) when (!cancel.IsCancellationRequested)
            {
                Failed("the watch tick failed: " + e.Message);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    private async Task TickAsync(CancellationToken cancel)
    {
        CountDrops();
        if (!_options.Site.Site.SourceClock)
        {
            _now = _time.GetUtcNow();
            Start();
        }

        await (_feed?.TickAsync(_now, Start, cancel) ?? Task.CompletedTask);
        if (_loop is not { } loop)
        {
            return;
        }

        if (_suspicion is { } what)
        {
            _suspicion = null;
            await ActAsync(loop.Suspicious(what, _now), cancel);
        }

        await AuditAgainAsync(loop, cancel);
        await AnnounceAsync(loop, cancel);
        if (_shelf?.Follow() is var (set, why))
        {
            await ActAsync(loop.Install(set, why, _now), cancel);
        }

        await HoldToTermsAsync(loop, cancel);
        await ForeignAsync(loop, cancel);
        await ActAsync(loop.Silent(_time.GetElapsedTime(_heardAt), _now), cancel);
        if (!_options.Site.Site.SourceClock)
        {
            await ActAsync(loop.Advance(_now), cancel);
        }

        await AnswersAsync(cancel);
    }

    // A sign of life of a foreign gateway stands for its heartbeat; there is nothing that would echo ours.
    private async Task ForeignAsync(LineLoop loop, CancellationToken cancel)
    {
        if (_foreign is { } foreign && foreign.Translator.IsAlive(_time.GetUtcNow()))
        {
            var beat = loop.Beat(_now);
            loop.Take(new Heartbeat(foreign.Translator.Gateway, beat.N, beat.N, _now), _now);
            await _publisher.HeartbeatAsync(beat, cancel);
            _heardAt = _time.GetTimestamp();
        }
    }

    private async Task AnswersAsync(CancellationToken cancel)
    {
        if (_foreign is not { } foreign || _loop is not { } loop)
        {
            return;
        }

        foreign.Take(_feed?.Host.Changes ?? [], _time.GetUtcNow());
        while (foreign.TryNext(out var answer))
        {
            await ActAsync(loop.Take(answer, _now), cancel);
        }
    }

    private async ValueTask HandleSparkplugAsync(InboundMessage message, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            await _feed!.TakeAsync(message, _now, Start, cancel);
            await AnswersAsync(cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    // A defect of ours: the process lives on, and says so.
    private void Failed(string reason)
    {
        Counters.Refuse("failures", reason);
        Warned?.Invoke(OneLine.Of(reason));
    }

    private void Noticed(string sentence)
    {
        Counters.Refuse("broker_notices", sentence);
        Warned?.Invoke(OneLine.Of(sentence));
    }

    // What the connection cannot carry safely is not written. The link refuses it anyway; here the mode says so.
    private async Task HoldToTermsAsync(LineLoop loop, CancellationToken cancel)
    {
        string? why = Link.Terms?.WhyNoCommands;
        if (why != loop.WritingForbidden)
        {
            await ActAsync(loop.ForbidWriting(why, _now), cancel);
        }
    }

    // Telemetry that found no room is gone; that it was must not be silent.
    private void CountDrops()
    {
        long fresh = Link.Dropped - Counters["telemetry_dropped"];
        if (fresh > 0)
        {
            Counters.Count("telemetry_dropped", fresh);
            Warned?.Invoke($"{fresh} telemetry messages dropped: they come faster than they are handled");
        }

        if (_history?.CountDrops() is > 0 and var lost)
        {
            Warned?.Invoke($"{lost} values are not in the history: {Counters.Reasons["history_dropped"]}");
        }
    }

    private async ValueTask HandleAsync(InboundMessage message, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            var site = _options.Site.Site;
            if (_foreign is { } foreign && foreign.Translator.Filters.Contains(message.Topic))
            {
                foreign.Take(message, _time.GetUtcNow());
            }
            else if (_foreign is null && message.Topic == _topics.Heartbeat(site.Gateway.Id))
            {
                await HeartbeatAsync(message, cancel);
            }
            else if (_foreign is null && message.Topic == _topics.SetpointAck(site.Gateway.Id))
            {
                await AcknowledgementAsync(message, cancel);
            }
            else if (message.Topic == _topics.ModeCommand)
            {
                await _desk.ModeAsync(message, _loop, _now, Clock, cancel);
            }
            else if (message.Topic == _topics.DecisionCommand)
            {
                await _desk.DecisionAsync(message, _loop, _now, Clock, cancel);
            }
            else
            {
                _intake.Take(message, _time.GetUtcNow(), _now, Start);
                if (message.QualityOfService > 0)
                {
                    // It is acknowledged when this returns, and the broker forgets it.
                    await (_history?.FlushAsync() ?? Task.CompletedTask);
                }
            }

            await AnswersAsync(cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task HeartbeatAsync(InboundMessage message, CancellationToken cancel)
    {
        var decoded = HeartbeatPayload.Decode(message.Payload.Span);
        if (decoded.Value is not { } beat)
        {
            Counters.Refuse("heartbeat_rejected", decoded.Reason!);
            return;
        }

        if (_options.Site.Site.SourceClock && beat.At < _now)
        {
            Counters.Refuse("heartbeat_rejected", $"heartbeat {beat.N} of {beat.At:O} is before process time {_now:O}");
            return;
        }

        _now = _options.Site.Site.SourceClock ? beat.At : _time.GetUtcNow();
        Start();
        await AnnounceAsync(_loop!, cancel);
        await HoldToTermsAsync(_loop!, cancel);
        _loop!.Take(beat, _now);
        await ActAsync(_loop.Advance(_now), cancel);
        // The echo goes out last: it says that everything before it has been handled.
        await _publisher.HeartbeatAsync(_loop.Beat(_now), cancel);
        _heardAt = _time.GetTimestamp();
    }

    private async Task AcknowledgementAsync(InboundMessage message, CancellationToken cancel)
    {
        var decoded = AcknowledgementPayload.Decode(message.Payload.Span);
        if (decoded.Value is not { } ack || _loop is not { } loop)
        {
            Counters.Refuse("ack_rejected", decoded.Reason ?? "an acknowledgement before anything was written");
            return;
        }

        if (ack.Gateway != _options.Site.Site.Gateway.Id)
        {
            Counters.Refuse("ack_rejected", $"acknowledgement of gateway {ack.Gateway}, expected {_options.Site.Site.Gateway.Id}");
            return;
        }

        await ActAsync(loop.Take(ack, _now), cancel);
    }

    private async Task ActAsync(IReadOnlyList<LineEvent> events, CancellationToken cancel)
    {
        foreach (var e in events)
        {
            _shelf?.Keep(e);
            bool recorded = _trail.TryRecord(e, _loop, out string? trouble);
            if (trouble is not null)
            {
                Counters.Refuse("audit_failed", trouble);
                if (_loop!.AuditWritable)
                {
                    _auditTriedAt = _time.GetTimestamp();
                    await ActAsync(_loop.AuditLost(trouble, _now), cancel);
                }
            }

            if (!recorded && e is SendWrite { Write.Kind: RequestKind.Write })
            {
                continue;
            }

            await _publisher.PublishAsync(e, _loop!, cancel);
            Happened?.Invoke(e);
        }
    }

    private LineLoop Start()
    {
        if (_loop is { } running)
        {
            return running;
        }

        var loop = new LineLoop(
            _line, new SurrogateTrainer(_line.Unit, _options.Site.Designs, new LearningOptions()),
            new LineStart(Epoch, _options.StartMode, _now, _options.Seed, _options.Site.Site.SourceClock)
            {
                Surrogates = _shelf?.Load(),
                LastVersion = _shelf?.LastVersion ?? 0,
                Moves = _trail.Moves(_now),
            });
        if (_history?.ReadBack(loop, _now) is { } read)
        {
            Warned?.Invoke(OneLine.Of(read));
        }

        _trail.Began(loop, _options.Site.Site.Name, _options.StartMode, _now);
        return _loop = loop;
    }

    // Room on the disk may come back; that the record was not whole meanwhile stays in it.
    private async Task AuditAgainAsync(LineLoop loop, CancellationToken cancel)
    {
        if (!loop.AuditWritable && _time.GetElapsedTime(_auditTriedAt) > AuditTrail.Retry)
        {
            _auditTriedAt = _time.GetTimestamp();
            if (_trail.TryResume(_now))
            {
                await ActAsync(loop.AuditFound(_now), cancel);
            }
        }
    }

    // Who wants to ask for another mode must know the version of this one, before it ever changed.
    private async Task AnnounceAsync(LineLoop loop, CancellationToken cancel)
    {
        if (!_announced)
        {
            _announced = true;
            await _publisher.PublishAsync(new ModeChanged(_now, loop.Mode), loop, cancel);
        }
    }

    private async Task ConnectedAsync(CancellationToken cancel)
    {
        Counters.Count("connections");
        await Link.PublishAsync(LinePublisher.Online(_topics, true, Epoch, Clock, null, _options.Access.Demo), Deadline, cancel);
        await _turn.WaitAsync(cancel);
        try
        {
            await _publisher.AlarmsAsync(_loop?.Alarms ?? [], cancel);
            if (_loop is { } loop)
            {
                await _publisher.PublishAsync(new ModeChanged(_now, loop.Mode), loop, cancel);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task FarewellAsync()
    {
        using var limit = new CancellationTokenSource(Deadline, _time);
        await _turn.WaitAsync(limit.Token);
        try
        {
            if (_loop is { } loop)
            {
                await ActAsync(loop.Stop(_now), limit.Token);
                _trail.Ended(_now);
            }

            await Link.PublishAsync(LinePublisher.Online(_topics, false, Epoch, Clock, "stopped", _options.Access.Demo), Deadline, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // The broker is gone; the gateway's lease ends by itself.
        }
        finally
        {
            _turn.Release();
        }
    }
}
