using Optimizer.Mqtt;

namespace Optimizer.Simulation.Mqtt;

/// <summary>How a simulated plant lives on a broker.</summary>
public sealed record PlantHostOptions
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Null: plaintext.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Broker user; null: nobody in particular.</summary>
    public string? User { get; init; }

    /// <summary>Used with <see cref="User"/> only.</summary>
    public string? Password { get; init; }

    /// <summary>Setpoints must be signed by one of these keys; null: they need not be signed.</summary>
    public SignatureCheck? Trusted { get; init; }

    /// <summary>Path below which every topic stands.</summary>
    public required string Location { get; init; }

    /// <summary>Party name of the optimizer's heartbeat.</summary>
    public string OptimizerParty { get; init; } = "opt";

    /// <summary>Process time per step. Default 10 s.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wall time to wait for the optimizer's echo before time goes on without it. Default 30 s.</summary>
    public TimeSpan EchoPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Unit of each lab analyte by tag path, such as <c>roll/ts</c>.</summary>
    public required IReadOnlyDictionary<string, string> LabUnits { get; init; }

    /// <summary>Never with the password.</summary>
    public override string ToString() => $"{Location} at {Host}:{Port}";
}
