using CopperFoilLine.Instruments;

namespace CopperFoilLine.Scenes;

/// <summary>What the line goes through, by name or number.</summary>
public static class Scenarios
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("normal", "S0", "wear, clogging, carbon, additive batches, web breaks, climate, tariff, noise"),
        Event("gelatin-pump-stops", "S1", "the gelatin pump delivers nothing", l => l.Upsets = l.Upsets with { GelatinPump = 0 }),
        Event("sps-pump-stops", "S2", "the SPS pump delivers nothing", l => l.Upsets = l.Upsets with { SpsPump = 0 }),
        Event("sps-double-dose", "S3", "the SPS pump delivers twice what it is told", l => l.Upsets = l.Upsets with { SpsPump = 2 }),
        Held("anode-old", "S4", "anode coating loss 0.9", c => c with { Disturbances = c.Disturbances with { AnodeLoss = 0.9 } }),
        Event("cooling-lost", "S5", "no cooling water", l => l.Upsets = l.Upsets with { CoolingLost = true }),
        Event("temperature-up", "S6", "operators set the electrolyte to 54 Cel", l => l.Order(1, 54)),
        Event("dissolution-trips", "S7", "the air blower trips: no copper goes into solution", l => l.Upsets = l.Upsets with { DissolutionTripped = true }),
        Event("flow-lost", "S8", "the feed pump delivers three quarters", l => l.Upsets = l.Upsets with { FeedPump = 0.75 }),
        Event("oily-scrap", "S9", "10 mg/L of organics come in with scrap", l => l.Shot(organics: 10)),
        Event("chloride-overdose", "S10", "a shot of 14 mg/L chloride, to 42 at the hand point", l => l.Shot(chloride: 14)),
        new("sensor-faults", "S11", "one sensor after another: stuck, drift, dropout, method bias, spikes, clock skew")
        {
            Events =
            [
                (TimeSpan.Zero, Fails("f01/pv/feed_temp", SensorFaultKind.Stuck, 0, 12)),
                (TimeSpan.FromHours(12), GaugeDrift),
                (TimeSpan.FromHours(24), Fails("f01/pv/feed_flow", SensorFaultKind.Dropout, 0, 6)),
                (TimeSpan.FromHours(36), Fails("lab/gel", SensorFaultKind.Scale, 0.15, 48)),
                (TimeSpan.FromHours(48), Fails("f01/pv/drum_speed", SensorFaultKind.Spike, 1.5, 12)),
                (TimeSpan.FromHours(60), Fails("mt/pv/density", SensorFaultKind.TimeSkew, -900, 12)),
            ],
        },
        Event("gauge-drift", "S11a", "the areal-weight gauge drifts 0.3 g/m2 per shift, and the trim follows it", GaugeDrift),
        Event("feed-temp-stuck", "S11b", "the feed temperature stays at the value it had", Fails("f01/pv/feed_temp", SensorFaultKind.Stuck, 0, null)),
        Event("flow-dropout", "S11c", "the feed flow reports nothing", Fails("f01/pv/feed_flow", SensorFaultKind.Dropout, 0, null)),
        Event("gelatin-method-bias", "S11d", "the laboratory reads gelatin 15 % too high, and dosing follows it", l => l.Fail(new SensorFault("lab/gel", SensorFaultKind.Scale, 0.15) { SeenByBaseLoops = true })),
        Held("sps-weak", "S12", "an SPS batch of potency 0.7, no other batch after it",
            c => new Conditions(c.Disturbances with { SpsPotency = 0.7 }, c.Drifts & ~Drifts.Batches)),
        Held("gelatin-strong", "S12a", "a gelatin batch of potency 1.35, no other batch after it",
            c => new Conditions(c.Disturbances with { GelatinPotency = 1.35 }, c.Drifts & ~Drifts.Batches)),
        new("grade-change", "S13", "to LB-8, two days later to STD-12, each with its recipe")
        {
            Events = [(TimeSpan.Zero, l => l.ChangeGrade(Grade.Named("LB-8"))), (TimeSpan.FromHours(48), l => l.ChangeGrade(Grade.Named("STD-12")))],
        },
        Held("power-cap", "S14", "contract cap 205 kW", c => c with { Disturbances = c.Disturbances with { PowerCap = 205 } }),
        Held("filter-clogged", "S15", "the filter is clogged to 0.9 and nobody changes it",
            c => new Conditions(c.Disturbances with { Clog = 0.9 }, c.Drifts & ~Drifts.Filter)),
        new("wrong-lab-data", "S16", "copper and acid swapped for 12 h, then results 6 h late, then strips on the wrong roll")
        {
            Events =
            [
                (TimeSpan.Zero, l => l.Upsets = l.Upsets with { CopperAndAcidSwapped = true }),
                (TimeSpan.FromHours(12), l => l.Upsets = l.Upsets with { CopperAndAcidSwapped = false, ResultsLate = TimeSpan.FromHours(6) }),
                (TimeSpan.FromHours(24), l => l.Upsets = l.Upsets with { ResultsLate = TimeSpan.Zero, WrongRoll = true }),
                (TimeSpan.FromHours(36), l => l.Upsets = l.Upsets with { WrongRoll = false }),
            ],
        },
        Event("lab-scatter", null, "the strength tester slips: results scatter by 60 MPa more", Fails("roll/ts", SensorFaultKind.Scatter, 60, null)),
        Held("steady", null, "nothing drifts; noise stays", c => c with { Drifts = Drifts.None }),
        Held("drum-worn", null, "drum wear 0.5, not polished", c => new Conditions(c.Disturbances with { DrumWear = 0.5 }, c.Drifts & ~Drifts.Drum)),
        Held("drum-polish-late", null, "drum wear 0.8, not polished", c => new Conditions(c.Disturbances with { DrumWear = 0.8 }, c.Drifts & ~Drifts.Drum)),
        Held("summer", null, "cooling water and ambient 36 Cel", c => c with { Disturbances = c.Disturbances with { CoolingWater = 36, Ambient = 36 } }),
        Held("winter", null, "cooling water 12, ambient 5 Cel", c => c with { Disturbances = c.Disturbances with { CoolingWater = 12, Ambient = 5 } }),
        Held("tariff-high", null, "1.10 CNY/kWh day and night", c => new Conditions(c.Disturbances with { Tariff = 1.10 }, c.Drifts & ~Drifts.Tariff)),
        Held("dirty-scrap", null, "oily scrap every ten days or so", c => c with { Drifts = c.Drifts | Drifts.OilyScrap }),
        Event("doses-held", null, "additive pumps by hand: they go on as they are", l => l.AutomaticDosing = false),
        Event("speed-lags", null, "areal-weight control without feed-forward: a current step shows in the weight", l => l.SpeedFeedForward = false),
        Event("machine-stops", null, "the foil machine stands for four hours", l =>
        {
            l.Upsets = l.Upsets with { Stopped = true };
            l.Schedule(l.Now + TimeSpan.FromHours(4), x => x.Upsets = x.Upsets with { Stopped = false });
        }),
        Event("all-well", null, "everything that was out of order is in order again", l => l.Upsets = new Upsets()),
    ];

    /// <exception cref="ArgumentException">The name is unknown; the message lists those there are.</exception>
    public static Scenario Named(string name) => All.FirstOrDefault(s => s.Name == name || string.Equals(s.Id, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"scenario \"{name}\" is unknown, expected one of {string.Join(", ", All.Select(s => s.Name))}");

    private static Scenario Event(string name, string? id, string summary, Action<FoilLine> act) => new(name, id, summary) { Events = [(TimeSpan.Zero, act)] };

    private static Scenario Held(string name, string? id, string summary, Func<Conditions, Conditions> condition) => new(name, id, summary) { Condition = condition };

    private static Action<FoilLine> Fails(string tag, SensorFaultKind kind, double size, double? hours) =>
        l => l.Fail(new SensorFault(tag, kind, size) { Lasts = hours is { } h ? TimeSpan.FromHours(h) : null });

    private static void GaugeDrift(FoilLine line) => line.Fail(new SensorFault("f01/pv/gauge_weight", SensorFaultKind.Drift, 0.3 / 8) { SeenByBaseLoops = true });
}
