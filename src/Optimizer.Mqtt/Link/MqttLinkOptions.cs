namespace Optimizer.Mqtt;

/// <summary>One connection to one broker.</summary>
public sealed record MqttLinkOptions
{
    public required string Host { get; init; }

    /// <summary>1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>Stable per role, so that the broker keeps the session over a short outage.</summary>
    public required string ClientId { get; init; }

    /// <summary>Who we are to the broker; null: nobody in particular.</summary>
    public string? UserName { get; init; }

    /// <summary>Used with <see cref="UserName"/> only.</summary>
    public string? Password { get; init; }

    /// <summary>Null: a plaintext connection.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Topic filters, subscribed at QoS 1.</summary>
    public required IReadOnlyList<string> Filters { get; init; }

    /// <summary>Filters of commands: nothing retained is delivered on subscribing, and nothing of our own comes back.</summary>
    public IReadOnlyList<string> CommandFilters { get; init; } = [];

    /// <summary>The session starts clean and ends with the connection, as a Sparkplug host's must; default: the broker keeps it over a short outage.</summary>
    public bool CleanSession { get; init; }

    /// <summary>What the broker publishes, retained, when we vanish; built anew for each connection. Null: nothing.</summary>
    public Func<OutboundMessage>? Will { get; init; }

    /// <summary>How long the broker waits with it, so that a short outage announces nothing. Default 5 s, range 0 s to 3600 s, whole seconds; not over 3.1.1.</summary>
    public TimeSpan WillDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Default 5; see there what 3.1.1 cannot do.</summary>
    public MqttVersion Version { get; init; } = MqttVersion.Five;

    /// <summary>Unacknowledged QoS 1 messages the broker may send us: real back-pressure. Default 64, range 1 to 65535.</summary>
    public ushort ReceiveMaximum { get; init; } = 64;

    /// <summary>
    /// Messages received and not yet handled. When it is full, the oldest of QoS 0 are dropped and counted; QoS 1 stays, the
    /// broker holds the rest back. Default 16384, range <see cref="ReceiveMaximum"/> to 1048576.
    /// </summary>
    public int InboundCapacity { get; init; } = 16384;

    /// <summary>The same in bytes of payload. Default 64 MiB, range <see cref="ReceiveMaximum"/> times <see cref="MaximumPacketSize"/> to 1 GiB.</summary>
    public long InboundBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Largest packet the broker may send us, in bytes; it drops what is larger. Default 256 KiB, range 1 KiB to 16 MiB; not over 3.1.1.</summary>
    public uint MaximumPacketSize { get; init; } = 256 * 1024;

    /// <summary>
    /// Time between our own pings; a ping unanswered for 2.5 s ends the connection. Default 3 s, range 1 s to 60 s; never
    /// longer than 0.8 of the keep-alive, the broker's where it names one.
    /// </summary>
    public TimeSpan PingEvery { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Longest wait between two attempts to connect. Default 30 s.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Wait after a refusal that does not pass by itself, such as a wrong password. Default 60 s.</summary>
    public TimeSpan RefusedRetry { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Wait after another client with our id took the session: two that fight for it would both be deaf half the time.
    /// Default 60 s. Brokers that do not say so (Mosquitto 2.0, any over 3.1.1) just close the connection; then the attempts
    /// of whoever lives shortest get rarer, to <see cref="LongestRetry"/>.
    /// </summary>
    public TimeSpan TakenOverRetry { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// File that remembers what the broker's session is subscribed to, so that a filter which is no longer configured is
    /// unsubscribed after a restart too. Null: remembered while the process lives.
    /// </summary>
    public string? SessionFile { get; init; }

    /// <summary>Never with the password.</summary>
    public override string ToString() => $"{ClientId} at {Host}:{Port}";
}

/// <summary>A message as it arrived.</summary>
/// <param name="Retained">Kept by the broker from before: never a command.</param>
public sealed record InboundMessage(string Topic, ReadOnlyMemory<byte> Payload, int QualityOfService, bool Retained, string? ResponseTopic, ReadOnlyMemory<byte> CorrelationData)
{
    /// <summary>Null: not said, or a connection of before MQTT 5.</summary>
    public string? ContentType { get; init; }

    /// <summary>It says it is JSON, or says nothing.</summary>
    public bool IsJson => ContentType is null || ContentType.Equals("application/json", StringComparison.OrdinalIgnoreCase);

    /// <summary>At most 16 of them and 4 KiB in all; none is kept of a message that has more.</summary>
    public IReadOnlyList<(string Name, string Value)> UserProperties { get; init; } = [];
}

/// <summary>A message to send.</summary>
/// <param name="Expiry">MQTT message expiry; null: none.</param>
public sealed record OutboundMessage(string Topic, ReadOnlyMemory<byte> Payload, int QualityOfService, bool Retain = false, TimeSpan? Expiry = null)
{
    public ReadOnlyMemory<byte> CorrelationData { get; init; }

    /// <summary>Where the answer should go; null: none is asked for.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>The payload is no JSON text.</summary>
    public bool IsBinary { get; init; }

    /// <summary>CloudEvents attributes and the like, as MQTT 5 user properties.</summary>
    public IReadOnlyList<(string Name, string Value)> UserProperties { get; init; } = [];

    /// <summary>
    /// It moves something at its receiver: refused where the connection cannot let it expire. Anything else goes out over
    /// 3.1.1 without expiry, correlation and properties.
    /// </summary>
    public bool IsCommand { get; init; }
}

/// <summary>What became of a publish.</summary>
public enum PublishOutcome
{
    /// <summary>The broker has it (QoS 1) or it is on the wire (QoS 0).</summary>
    Sent,

    /// <summary>The broker has it and nobody subscribes: for a setpoint that is a failure.</summary>
    NobodyListens,

    /// <summary>The broker refused it, such as by its access list.</summary>
    Refused,

    /// <summary>No answer within the deadline, or not connected.</summary>
    Failed,

    /// <summary>Not sent: its packet is larger than the broker takes. Sending it again is of no use.</summary>
    TooLarge,

    /// <summary>Not sent: the broker, or the MQTT version it speaks, lacks what the message needs.</summary>
    NotSupported,
}

/// <summary>The broker could not be reached.</summary>
public sealed class BrokerUnreachableException(string host, int port, string reason)
    : Exception($"broker {host}:{port} cannot be reached: {reason}");
