namespace CopperFoilLine;

/// <summary>What is out of order on the line. Everything is in order by default.</summary>
public sealed record Upsets
{
    /// <summary>Share of the commanded dose that the SPS pump delivers: 0 stopped, 2 double.</summary>
    public double SpsPump { get; init; } = 1;

    public double GelatinPump { get; init; } = 1;

    public double HecPump { get; init; } = 1;

    public double ChloridePump { get; init; } = 1;

    /// <summary>No cooling water.</summary>
    public bool CoolingLost { get; init; }

    /// <summary>The air blower of the dissolution tank tripped: no copper goes into solution.</summary>
    public bool DissolutionTripped { get; init; }

    /// <summary>Share of the flow setpoint that the feed pump delivers.</summary>
    public double FeedPump { get; init; } = 1;

    /// <summary>The machine stands.</summary>
    public bool Stopped { get; init; }

    /// <summary>The laboratory reports copper as acid and acid as copper.</summary>
    public bool CopperAndAcidSwapped { get; init; }

    /// <summary>Laboratory and strip results come later by this.</summary>
    public TimeSpan ResultsLate { get; init; }

    /// <summary>Strips are booked on the roll before.</summary>
    public bool WrongRoll { get; init; }
}
