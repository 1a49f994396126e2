namespace Optimizer.Plant;

/// <summary>How far the optimizer may go, in rising order. Going down is always allowed; going up is a human act.</summary>
public enum OperatingMode
{
    /// <summary>No decisions.</summary>
    Off,

    /// <summary>Decides and records; tells nobody.</summary>
    Shadow,

    /// <summary>Publishes recommendations; writes nothing.</summary>
    Advisory,

    /// <summary>Writes what an operator accepted.</summary>
    Supervised,

    /// <summary>Writes within the guardrails on its own.</summary>
    Closed,
}
