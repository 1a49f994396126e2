using System.Text.Json.Nodes;
using Optimizer.Edge.Site;

namespace Optimizer.Edge.Tests.Site;

/// <summary>The second shipped site with sources and gateways that do not speak our contract.</summary>
internal static class ForeignSites
{
    private static readonly string[] Loops = ["FFC211", "FIC201", "PIC210"];

    /// <summary>Everything by Sparkplug: tags at a device, setpoints with or without the handshake.</summary>
    public static JsonObject Sparkplug(bool handshake = true, string role = "active")
    {
        var root = SiteText.Distillation();
        root["telemetry"] = new JsonObject { ["dialect"] = "sparkplug-b", ["group"] = "North", ["node"] = "C2", ["device"] = "column", ["role"] = role };
        root["gateway"] = new JsonObject { ["id"] = "gw-c2", ["dialect"] = "sparkplug", ["handshake"] = handshake, ["watchdog"] = "00:00:15" };
        for (int i = 0; i < Loops.Length; i++)
        {
            root["manipulated"]![i]!["source"] = $"Opt/{Loops[i]}/SP";
        }

        return root;
    }

    /// <summary>Setpoints by OPC Publisher, one at a time.</summary>
    public static JsonObject OpcPublisher()
    {
        var root = SiteText.Distillation();
        root["gateway"] = new JsonObject { ["id"] = "gw-c2", ["dialect"] = "opc-publisher", ["root"] = "publisher", ["endpoint"] = "opc.tcp://plc:4840" };
        root["decision"]!["movedAtOnce"] = 1;
        for (int i = 0; i < Loops.Length; i++)
        {
            root["manipulated"]![i]!["writeTo"] = $"ns=2;s={Loops[i]}.SP";
        }

        return root;
    }

    public static SiteLine Parse(JsonObject root)
    {
        var errors = new List<SiteError>();
        var site = SiteMapper.Parse(root.ToJsonString(), errors);
        Assert.Empty(errors);
        return site!;
    }
}
