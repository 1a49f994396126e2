namespace Optimizer.Testing;

/// <summary>A broker on loopback, whichever it is.</summary>
public interface ITestBroker : IAsyncDisposable
{
    int Port { get; }

    Task StopAsync();

    /// <summary>Starts again on the same port after <see cref="StopAsync"/>.</summary>
    Task StartAsync();
}
