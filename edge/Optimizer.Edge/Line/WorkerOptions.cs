using Optimizer.Edge.Connection;
using Optimizer.Edge.Site;
using Optimizer.Mqtt;
using Optimizer.Plant;

namespace Optimizer.Edge.Line;

/// <summary>How a worker is started.</summary>
internal sealed record WorkerOptions
{
    public required SiteLine Site { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required OperatingMode StartMode { get; init; }

    /// <summary>Default: plaintext and anonymous, so that nothing is written.</summary>
    public BrokerAccess Access { get; init; } = BrokerAccess.Open;

    public int Seed { get; init; } = 1;

    /// <summary>Default 5. Over 3.1.1 nothing is written.</summary>
    public MqttVersion MqttVersion { get; init; }

    /// <summary>Where models are kept; null: in memory only.</summary>
    public Learning.Store.ModelStore? Models { get; init; }

    /// <summary>Where samples and results are kept; null: in memory only.</summary>
    public Historian.HistoryRecorder? History { get; init; }

    /// <summary>See <see cref="MqttLinkOptions.SessionFile"/>.</summary>
    public string? SessionFile { get; init; }
}
