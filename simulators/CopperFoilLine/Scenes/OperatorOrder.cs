namespace CopperFoilLine.Scenes;

/// <summary>A setpoint the line's own operators change, in the tag's unit.</summary>
public sealed record OperatorOrder(string Tag, double Value);
