namespace CopperFoilLine;

/// <summary>What the line goes through, by name.</summary>
public static class Scenarios
{
    private static readonly Dictionary<string, Func<FoilLineOptions, FoilLineOptions>> Known = new(StringComparer.Ordinal)
    {
        // S0: wear, clogging, batches, climate, tariff, noise.
        ["normal"] = o => o,
        ["steady"] = o => o with { Drifts = Drifts.None },
        ["anode-old"] = o => o with { Disturbances = o.Disturbances with { AnodeLoss = 0.9 } },
        ["drum-worn"] = o => o with { Disturbances = o.Disturbances with { DrumWear = 0.5 }, Drifts = o.Drifts & ~Drifts.Drum },
        ["sps-weak"] = o => o with { Disturbances = o.Disturbances with { SpsPotency = 0.7 }, Drifts = o.Drifts & ~Drifts.Batches },
        ["summer"] = o => o with { Disturbances = o.Disturbances with { CoolingWater = 36, Ambient = 36 } },
        ["winter"] = o => o with { Disturbances = o.Disturbances with { CoolingWater = 12, Ambient = 5 } },
        ["power-cap"] = o => o with { Disturbances = o.Disturbances with { PowerCap = 205 } },
        ["tariff-high"] = o => o with { Disturbances = o.Disturbances with { Tariff = 1.10 }, Drifts = o.Drifts & ~Drifts.Tariff },
    };

    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>Applies scenarios named with commas between them.</summary>
    /// <exception cref="ArgumentException">A name is unknown; the message lists those there are.</exception>
    public static FoilLineOptions Apply(string names, FoilLineOptions options)
    {
        foreach (string name in names.Split(',', StringSplitOptions.TrimEntries))
        {
            options = Known.TryGetValue(name, out var change)
                ? change(options)
                : throw new ArgumentException($"scenario \"{name}\" is unknown, expected one or more of {string.Join(", ", Known.Keys)}, with commas between");
        }

        return options;
    }
}
