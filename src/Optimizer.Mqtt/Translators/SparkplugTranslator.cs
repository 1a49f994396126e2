using Optimizer.Mqtt.Sparkplug;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Translators;

/// <param name="Source">Edge node or device that takes the commands; all setpoints are there, so that one command carries a whole move.</param>
/// <param name="Targets">Per setpoint tag its metric; with a handshake the prefix of its metrics.</param>
/// <param name="Handshake">
/// The controller has, below each prefix, SP_REQ, SP_SEQ, SP_EXP and LEASE to write, and SP_ACK_SEQ, SP_STATE and SP to read.
/// False: only the setpoint itself.
/// </param>
public sealed record SparkplugTarget(string Gateway, SparkplugSource Source, IReadOnlyDictionary<string, string> Targets, bool Handshake)
{
    /// <summary>The metrics that tell what became of a command.</summary>
    public IReadOnlyList<(SparkplugSource Source, string Metric)> Watched => Handshake
        ? [.. Targets.Values.SelectMany(prefix => new[] { "/SP_ACK_SEQ", "/SP_STATE", "/SP" }.Select(m => (Source, prefix + m)))]
        : [.. Targets.Values.Select(m => (Source, m))];
}

/// <summary>
/// Setpoints by Sparkplug DCMD (NCMD where there is no device): QoS 0, no answer, no sequence number. A whole move is one
/// command.
/// </summary>
/// <remarks>
/// With the handshake the controller answers in SP_ACK_SEQ (the SP_SEQ it speaks of) and SP_STATE, a text or number: received 1,
/// accepted 2, applied 3, verified 4, rejected 5, deviated 6, expired 7, lease_lost 8. SP_STATE must be reported after or with
/// SP_ACK_SEQ, or a state of the write before would be taken for this one; verified needs the live SP at its target as well.
/// SP_SEQ is the writer epoch in the upper and the sequence in the lower 16 bits, so that it differs between lives of ours.
/// Without the handshake the read-back alone verifies, also when the setpoint stood there already: report by exception then
/// says nothing. The write ledger sends again, twice at most.
/// </remarks>
public sealed class SparkplugTranslator : SetpointTranslator
{
    private static readonly (string Text, AcknowledgementState State)[] States =
    [
        ("", AcknowledgementState.Received), ("received", AcknowledgementState.Received), ("accepted", AcknowledgementState.Accepted), ("applied", AcknowledgementState.Applied),
        ("verified", AcknowledgementState.Verified), ("rejected", AcknowledgementState.Rejected), ("deviated", AcknowledgementState.Deviated), ("expired", AcknowledgementState.Expired),
        ("lease_lost", AcknowledgementState.LeaseLost),
    ];

    private readonly SparkplugHost _host;
    private readonly SparkplugTarget _target;
    private readonly Dictionary<string, Loop> _loops = new(StringComparer.Ordinal);
    private SetpointRequest? _open;
    private AcknowledgementState? _reported;

    public SparkplugTranslator(SparkplugHost host, SparkplugTarget target)
        : base(target.Gateway)
    {
        (_host, _target) = (host, target);
        foreach (var (tag, name) in target.Targets)
        {
            _loops[tag] = new Loop(tag, name);
        }
    }

    public override string Caution => _target.Handshake
        ? $"gateway {Gateway} takes Sparkplug commands (QoS 0, no fencing, no check of who writes): supervised at most"
        : $"gateway {Gateway} takes bare Sparkplug setpoints: no answer, no expiry, no lease; supervised at most, and when we stop nothing can be released: setpoints stay where they are";

    public override bool IsAlive(DateTimeOffset now) => _host.IsAlive(_target.Source);

    public override Translation Send(SetpointRequest request, DateTimeOffset now)
    {
        if (request.Kind != RequestKind.Write)
        {
            return Lease(request, now);
        }

        bool again = _open?.SetpointId == request.SetpointId;
        if (Missing(request) is { } missing)
        {
            // Sent before, it may have been done: that is no rejection, and the ledger's time runs out.
            return again ? new Translation(null, [], missing) : new Translation(null, [Answer(request, AcknowledgementState.Rejected, now, ReasonCode.ControllerFault, missing)]);
        }

        // The first command may have been done already: then the live setpoint is no longer where the move started.
        if (!again && Refusal(request, now) is { } refusal)
        {
            return new Translation(null, [refusal]);
        }

        if (Command(request, m => m) is not { } message)
        {
            return new Translation(null, [Answer(request, AcknowledgementState.Rejected, now, ReasonCode.BadSchema, $"a value of {request.SetpointId} does not fit the data type of its metric")]);
        }

        if (!again)
        {
            Open(request);
        }

        var answers = Judge(now);
        // Already there: report by exception would never say so.
        return _reported == AcknowledgementState.Verified ? new Translation(null, answers) : new Translation(message, answers);
    }

    public override Translation Take(SparkplugChange change, DateTimeOffset now)
    {
        if (!change.Source.IsSame(_target.Source))
        {
            return Translation.None;
        }

        foreach (var loop in _loops.Values.Where(l => change.Metric.Name.StartsWith(l.Name, StringComparison.Ordinal)))
        {
            string part = change.Metric.Name[loop.Name.Length..];
            if (part == (_target.Handshake ? "/SP" : ""))
            {
                Seen(loop.Tag, change.Number);
            }
            else if (part == "/SP_ACK_SEQ")
            {
                loop.AckAt = change.Number.Equals(loop.AckSequence) ? loop.AckAt : change.ReceivedAt;
                loop.AckSequence = change.Number;
            }
            else if (part == "/SP_STATE")
            {
                (loop.State, loop.StateAt, loop.IsFresh) = (StateOf(change), change.ReceivedAt, true);
            }
        }

        return new Translation(null, Judge(now));
    }

    private Translation Lease(SetpointRequest request, DateTimeOffset now)
    {
        if (!_target.Handshake)
        {
            return request.Kind == RequestKind.Release ? new Translation(null, [], Caution) : Translation.None;
        }

        // Without SP_REQ: what keeps or gives back a lease cannot change a value.
        return Missing(request) is { } missing
            ? new Translation(null, [], $"{request.Kind} was not sent: {missing}")
            : new Translation(Command(request, m => m == "SP_REQ" ? null : m), []);
    }

    private void Open(SetpointRequest request)
    {
        (_open, _reported) = (request, null);
        foreach (var loop in _loops.Values)
        {
            loop.IsFresh = false;
        }
    }

    private OutboundMessage? Command(SetpointRequest request, Func<string, string?> keep)
    {
        ulong at = (ulong)request.IssuedAt.ToUnixTimeMilliseconds();
        var metrics = new List<SparkplugMetric>();
        foreach (var item in request.Items)
        {
            foreach (var (name, value) in Values(request, item).Where(v => keep(v.Part) is not null).Select(v => (Name(item.Tag, v.Part), v.Value)))
            {
                var definition = _host.Find(_target.Source, name)!;
                if (SparkplugValue.From(definition.Type, value) is not { } encoded)
                {
                    return null;
                }

                // Born with an alias, commanded by alias alone.
                metrics.Add(new SparkplugMetric { Name = definition.Alias is null ? name : null, Alias = definition.Alias, Timestamp = at, Type = definition.Type, Value = encoded });
            }
        }

        return new OutboundMessage(
            SparkplugTopic.Command(_target.Source.Group, _target.Source.Node, _target.Source.Device), new SparkplugPayload(at, null, metrics).Encode(), 0)
        { IsBinary = true };
    }

    private IEnumerable<(string Part, double Value)> Values(SetpointRequest request, SetpointItem item) => !_target.Handshake
        ? [("", item.Value)]
        : [
            ("SP_REQ", item.Value), ("SP_SEQ", Code(request)), ("SP_EXP", request.ExpiresAt.ToUnixTimeMilliseconds()),
            ("LEASE", request.Kind == RequestKind.Release ? 0 : request.Lease.TotalSeconds),
        ];

    private string? Missing(SetpointRequest request)
    {
        if (!_host.IsAlive(_target.Source))
        {
            return $"{_target.Source} has no living session";
        }

        foreach (var item in request.Items)
        {
            if (!_loops.ContainsKey(item.Tag))
            {
                return $"{item.Tag} has no metric to write to";
            }

            if (Values(request, item).Select(v => Name(item.Tag, v.Part)).FirstOrDefault(n => _host.Find(_target.Source, n) is null) is { } name)
            {
                return $"{_target.Source} has no metric {name}";
            }
        }

        return null;
    }

    private List<Acknowledgement> Judge(DateTimeOffset now)
    {
        if (_open is not { } open)
        {
            return [];
        }

        var (state, why) = _target.Handshake ? Answered(open) : (open.Items.All(i => IsAt(i, Live(i.Tag))) ? AcknowledgementState.Verified : null, null);
        // Forward only: what was said once is not taken back, except by the controller giving the setpoints back.
        if (state is not { } reached || (_reported is { } before && (Rank(reached) <= Rank(before) || (Rank(before) >= Rank(AcknowledgementState.Verified) && reached != AcknowledgementState.LeaseLost))))
        {
            return [];
        }

        _reported = reached;
        var code = reached switch
        {
            AcknowledgementState.Rejected or AcknowledgementState.Deviated => ReasonCode.ControllerFault,
            AcknowledgementState.Expired => ReasonCode.Expired,
            AcknowledgementState.LeaseLost => ReasonCode.OperatorVeto,
            _ => ReasonCode.None,
        };
        return [Answer(open, reached, now, code, why)];
    }

    private (AcknowledgementState? State, string? Why) Answered(SetpointRequest open)
    {
        var loops = open.Items.Select(i => (Item: i, Loop: _loops[i.Tag])).ToList();
        if (loops.FirstOrDefault(l => l.Loop is { IsFresh: true, State: AcknowledgementState.LeaseLost } && IsOurs(l.Loop.AckSequence, open)) is { Loop: { } lost })
        {
            return (AcknowledgementState.LeaseLost, $"{lost.Tag} was given back to local");
        }

        if (loops.Any(l => l.Loop.State is null || l.Loop.StateAt < l.Loop.AckAt || !l.Loop.AckSequence.Equals(Code(open))))
        {
            return (null, null);
        }

        if (loops.FirstOrDefault(l => Rank(l.Loop.State!.Value) > Rank(AcknowledgementState.Verified)) is { Loop: { } failed })
        {
            bool partly = loops.Any(l => l.Loop.State is AcknowledgementState.Applied or AcknowledgementState.Verified);
            return partly
                ? (AcknowledgementState.Deviated, $"{failed.Tag} {failed.State}, others applied: the move was taken in part")
                : (failed.State, $"{failed.Tag} {failed.State}");
        }

        var least = loops.Select(l => l.Loop.State!.Value).MinBy(Rank);
        return (least == AcknowledgementState.Verified && !open.Items.All(i => IsAt(i, Live(i.Tag))) ? AcknowledgementState.Applied : least, null);
    }

    private static AcknowledgementState? StateOf(SparkplugChange change)
    {
        if (!change.IsUsable)
        {
            return null;
        }

        int number = change.Value.Text is { } text ? Array.FindIndex(States, 1, s => string.Equals(s.Text, text, StringComparison.OrdinalIgnoreCase)) : double.IsFinite(change.Number) ? (int)change.Number : -1;
        return number >= 1 && number < States.Length ? States[number].State : null;
    }

    private static int Rank(AcknowledgementState state) => state switch
    {
        AcknowledgementState.Received => 1,
        AcknowledgementState.Accepted => 2,
        AcknowledgementState.Applied => 3,
        AcknowledgementState.Verified => 4,
        AcknowledgementState.LeaseLost => 9,
        _ => 5,
    };

    private static double Code(SetpointRequest request) => ((request.WriterEpoch & 0x7FFF) << 16) | (request.Sequence & 0xFFFF);

    private static bool IsOurs(double sequence, SetpointRequest open) => double.IsFinite(sequence) && (long)sequence >> 16 == (open.WriterEpoch & 0x7FFF);

    private string Name(string tag, string part) => part.Length == 0 ? _loops[tag].Name : $"{_loops[tag].Name}/{part}";

    private sealed class Loop(string tag, string name)
    {
        public string Tag => tag;

        public string Name => name;

        public double AckSequence { get; set; } = double.NaN;

        public DateTimeOffset AckAt { get; set; }

        public AcknowledgementState? State { get; set; }

        public DateTimeOffset StateAt { get; set; }

        /// <summary>The state was reported since the open write was sent.</summary>
        public bool IsFresh { get; set; }
    }
}
