using Optimizer.Plant;

namespace Optimizer.Simulation.Tests;

/// <summary>A gateway with one slow, one fast and one unramped setpoint, and a writer that numbers its requests.</summary>
internal sealed class GatewayBench
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private long _sequence, _beats;

    public GatewayBench(Func<GatewayOptions, GatewayOptions>? change = null)
    {
        var options = new GatewayOptions
        {
            Name = "gw",
            Watchdog = TimeSpan.FromSeconds(30),
            Tags =
            [
                new("fast.SP", "A/m2", 4000, 7500, 50, 200, 5500),
                new("slow.SP", "g/L", 70, 105, 0.5 / 60, 2, 88),
                new("loop.SP", "mg/L", 0.5, 12, 1, 2, 4, Ramped: false),
            ],
        };
        Gateway = new PlantGateway(change is null ? options : change(options));
        Gateway.Advance(Start);
    }

    public PlantGateway Gateway { get; }

    public DateTimeOffset Now { get; private set; } = Start;

    public static SetpointItem Fast(double value, double? expected = null) => new("fast.SP", value, "A/m2", expected ?? 5500, 1, 4500, 6500, 50);

    public static SetpointItem Loop(double value) => new("loop.SP", value, "mg/L", 4, 0.1, 1, 8, null);

    public SetpointRequest Request(RequestKind kind, params SetpointItem[] items)
    {
        _sequence++;
        return new SetpointRequest($"id-{_sequence}", kind, 1, _sequence, "gw", Now, Now + TimeSpan.FromSeconds(10), Lease, items);
    }

    public SetpointRequest Write(params SetpointItem[] items) => Request(RequestKind.Write, items);

    public IReadOnlyList<Acknowledgement> Send(SetpointRequest request) => Gateway.Receive(request, Now);

    /// <summary>Passes time in steps of 1 s; the writer's heart beats and, if asked, it renews as it should.</summary>
    public List<Acknowledgement> Wait(double seconds, SetpointRequest? renew = null, bool beats = true)
    {
        var acks = new List<Acknowledgement>();
        for (int k = 0; k < seconds; k++)
        {
            Now += TimeSpan.FromSeconds(1);
            if (beats)
            {
                Gateway.Receive(new Heartbeat("opt", ++_beats, null, Now) { Epoch = 1 }, Now);
            }

            if (renew is not null && k % 20 == 19)
            {
                acks.AddRange(Send(Request(RequestKind.Renew, [.. renew.Items])));
            }

            acks.AddRange(Gateway.Advance(Now));
        }

        return acks;
    }
}
