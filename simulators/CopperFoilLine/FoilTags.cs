namespace CopperFoilLine;

/// <summary>Every tag of the line, with its unit.</summary>
public static class FoilTags
{
    /// <summary>Setpoint names in the order of <see cref="OperatingPoint"/>.</summary>
    public static IReadOnlyList<(string Tag, string EngineeringUnit)> Setpoints { get; } =
    [
        ("current_density.SP", "A/m2"), ("electrolyte_temperature.SP", "Cel"), ("feed_flow.SP", "m3/h"), ("copper.SP", "g/L"), ("acid.SP", "g/L"),
        ("chloride.SP", "mg/L"), ("sps.SP", "mg/L"), ("gelatin.SP", "mg/L"), ("hec.SP", "mg/L"),
    ];

    /// <summary>Lab and roll results; <c>roll/grade</c> is the place in <see cref="Grade.All"/>.</summary>
    public static IReadOnlyDictionary<string, string> Results { get; } = new Dictionary<string, string>
    {
        ["lab/cu"] = "g/L",
        ["lab/acid"] = "g/L",
        ["lab/cl"] = "mg/L",
        ["lab/sps"] = "mg/L",
        ["lab/gel"] = "mg/L",
        ["lab/hec"] = "mg/L",
        ["lab/toc"] = "mg/L",
        ["lab/fe"] = "g/L",
        ["roll/ts"] = "MPa",
        ["roll/el"] = "%",
        ["roll/rz"] = "um",
        ["roll/weight"] = "g/m2",
        ["roll/good_kg"] = "kg",
        ["roll/scrap_kg"] = "kg",
        ["roll/grade"] = "1",
    };

    /// <summary>Continuous tags and states; <c>f01/state/mode</c> is a <see cref="MachineMode"/>.</summary>
    public static IReadOnlyDictionary<string, string> Online { get; } = new Dictionary<string, string>
    {
        ["f01/pv/current"] = "kA",
        ["f01/pv/cell_voltage"] = "V",
        ["f01/pv/drum_speed"] = "m/min",
        ["f01/pv/feed_flow"] = "m3/h",
        ["f01/pv/feed_temp"] = "Cel",
        ["f01/pv/outlet_temp"] = "Cel",
        ["f01/pv/feed_press"] = "kPa",
        ["f01/pv/gauge_weight"] = "g/m2",
        ["f01/pv/gauge_cv"] = "%",
        ["f01/pv/pinhole_rate"] = "1/100m2",
        ["f01/pv/tension"] = "N",
        ["f01/pv/drum_hours"] = "h",
        ["rc/pv/ac_power"] = "kW",
        ["mt/pv/level"] = "%",
        ["mt/pv/density"] = "kg/m3",
        ["mt/pv/conductivity"] = "S/m",
        ["mt/pv/orp"] = "mV",
        ["mt/pv/temp"] = "Cel",
        ["dt/pv/air_flow"] = "m3/h",
        ["dt/pv/temp"] = "Cel",
        ["dt/pv/cu_charge"] = "kg/h",
        ["fi/pv/dp"] = "kPa",
        ["cf/pv/dp"] = "kPa",
        ["cf/pv/hours"] = "h",
        ["ad/pv/dose_sps"] = "mL/min",
        ["ad/pv/dose_gel"] = "mL/min",
        ["ad/pv/dose_hec"] = "mL/min",
        ["ad/pv/dose_hcl"] = "mL/min",
        ["hx/pv/cw_temp"] = "Cel",
        ["hx/pv/valve"] = "%",
        ["ut/pv/power_total"] = "kW",
        ["ut/pv/tariff"] = "CNY/kWh",
        ["ut/pv/power_cap"] = "kW",
        ["f01/state/mode"] = "1",
        ["f01/state/grade"] = "1",
    };

    /// <summary>Unit of any tag the line reports, setpoints as <c>sp/…</c> included.</summary>
    public static IReadOnlyDictionary<string, string> Units { get; } =
        Online.Concat(Results).Concat(Setpoints.Select(s => KeyValuePair.Create("sp/" + s.Tag, s.EngineeringUnit))).ToDictionary(p => p.Key, p => p.Value);

    internal static void CheckSensor(string tag)
    {
        if (!Online.ContainsKey(tag) && !Results.ContainsKey(tag))
        {
            throw new ArgumentException($"sensor \"{tag}\" is unknown, expected one of {string.Join(", ", Online.Keys.Concat(Results.Keys))}");
        }
    }
}
