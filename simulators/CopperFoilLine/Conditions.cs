namespace CopperFoilLine;

/// <summary>What the line suffers, and what of it moves on its own.</summary>
public sealed record Conditions(Disturbances Disturbances, Drifts Drifts);
