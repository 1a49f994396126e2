using System.Net;
using System.Net.Sockets;

namespace Optimizer.Testing;

/// <summary>A loopback port nobody listens on now.</summary>
public static class FreePort
{
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
