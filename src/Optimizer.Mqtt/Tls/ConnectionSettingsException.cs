namespace Optimizer.Mqtt;

/// <summary>Files or settings of a connection that cannot be used; the message names which, and why.</summary>
public sealed class ConnectionSettingsException(string message, Exception? inner = null) : Exception(message, inner);
