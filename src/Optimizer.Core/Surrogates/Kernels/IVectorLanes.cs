namespace Optimizer.Surrogates;

/// <summary>
/// What the split-list kernel needs from one vector width. Static, so that the kernel is compiled once per width with
/// every operation inlined.
/// </summary>
internal interface IVectorLanes<TBytes>
    where TBytes : struct
{
    static abstract string KernelName { get; }

    /// <summary>Rows, one byte each, in a vector.</summary>
    static abstract int Width { get; }

    static abstract TBytes Load(ref sbyte source, nuint offset);

    static abstract void Store(TBytes value, ref sbyte target, nuint offset);

    static abstract TBytes Broadcast(sbyte value);

    /// <summary>Gives <paramref name="child"/> to rows labelled <paramref name="parent"/> whose rank is above the threshold.</summary>
    static abstract TBytes Relabel(TBytes label, TBytes rank, TBytes threshold, TBytes parent, TBytes child);

    /// <summary>Ranks <see cref="Width"/> values by comparing each with every threshold.</summary>
    static abstract TBytes RankByCounting(ref float values, ReadOnlySpan<float> thresholds);

    /// <summary>How many of the 16 numbers from <paramref name="group"/> on the value is not at or below.</summary>
    static abstract int CountExceeded(float value, ref float group);

    /// <summary>Adds to each of <paramref name="rows"/> sums the leaf its label names; <paramref name="rows"/> is a multiple of 8.</summary>
    static abstract void AddLeaves(ref byte labels, int rows, ReadOnlySpan<double> leaves, ref double sums);
}
