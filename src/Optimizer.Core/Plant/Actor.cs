namespace Optimizer.Plant;

/// <summary>What somebody may do here.</summary>
public enum ActorRole
{
    /// <summary>Looks, and asks for nothing.</summary>
    Viewer,
    Operator,
    Engineer,
    Admin,

    /// <summary>A machine.</summary>
    System,
}

/// <summary>Who asked for something.</summary>
/// <param name="User">Name, 1 to 128 characters.</param>
/// <param name="Client">Screen or program it was asked from; null: not said.</param>
public sealed record Actor(string User, ActorRole Role, string? Client = null);
