namespace CopperFoilLine;

/// <summary>Value of the tag <c>f01/state/mode</c>.</summary>
public enum MachineMode
{
    Run = 0,

    /// <summary>The current comes back after a stop, within ten minutes.</summary>
    Ramp = 1,

    /// <summary>The web tore: plating goes on, no foil reaches gauge and winder.</summary>
    Break = 2,

    /// <summary>The drum is polished for two hours: no current.</summary>
    Polish = 3,

    /// <summary>On the way from one thickness to another, 20 min; all foil is scrap.</summary>
    GradeChange = 4,

    Stop = 5,
}
