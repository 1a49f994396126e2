namespace Optimizer.Learning.Store;

/// <summary>A stored model cannot be used; the message says what was found and what was expected.</summary>
public sealed class ModelException(string message) : Exception(message);
