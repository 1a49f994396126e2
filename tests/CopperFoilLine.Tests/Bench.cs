using Optimizer.Plant;

namespace CopperFoilLine.Tests;

/// <summary>Lines to test with, and time passing in them.</summary>
internal static class Bench
{
    public static readonly Grade Lb6 = Grade.Named("LB-6");

    /// <summary>Nothing drifts, nothing is noisy, doses held, no make-up and no bleed: the equations alone.</summary>
    public static FoilLineOptions Still => new() { Seed = 1, Noise = false, Drifts = Drifts.None, AutomaticDosing = false, AcidControl = false };

    public static double[] Hand => Lb6.Hand.ToArray();

    public static double[] With(this double[] setpoints, int index, double value)
    {
        double[] changed = (double[])setpoints.Clone();
        changed[index] = value;
        return changed;
    }

    public static void Hold(this FoilLine line, double[] setpoints, double hours) => line.Step(TimeSpan.FromHours(hours), setpoints);

    public static List<Sample> Samples(this FoilLine line)
    {
        var samples = new List<Sample>();
        line.Read(samples);
        return samples;
    }
}
