namespace Optimizer.Testing;

/// <summary>Mosquitto with the very configuration and access list of <c>edge/mosquitto</c>; only port and paths are the test's.</summary>
public static class ExampleBroker
{
    /// <summary>Location the access list is for.</summary>
    public const string Location = "aurum/lz1/foil/l01";

    private const string Etc = "/etc/mosquitto/optimizer/";

    public static string Folder => Path.Combine(AppContext.BaseDirectory, "mosquitto");

    /// <param name="certificates">Folder with ca.crt, ca.crl, broker.crt and broker.key.</param>
    public static async Task<MosquittoBroker> StartAsync(string certificates)
    {
        MosquittoBroker.Require();
        string options = await File.ReadAllTextAsync(Path.Combine(Folder, "mosquitto.conf"));
        options = Put(Put(Put(options, "listener 8883", "listener {port} 127.0.0.1"), "/var/lib/mosquitto/", "{folder}/"), Etc, "{folder}/");
        var files = new Dictionary<string, string> { ["acl"] = await File.ReadAllTextAsync(Path.Combine(Folder, "acl")) };
        foreach (string name in new[] { "ca.crt", "ca.crl", "broker.crt", "broker.key" })
        {
            files[name] = await File.ReadAllTextAsync(Path.Combine(certificates, name));
        }

        return await MosquittoBroker.StartAsync(options, files);
    }

    private static string Put(string options, string example, string own) => options.Contains(example, StringComparison.Ordinal)
        ? options.Replace(example, own, StringComparison.Ordinal)
        : throw new InvalidOperationException($"edge/mosquitto/mosquitto.conf no longer has {example}");
}
