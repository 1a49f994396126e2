using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Optimizer.Surrogates;

/// <summary>64 rows at a time: AVX-512.</summary>
internal readonly struct Lanes512 : IVectorLanes<Vector512<sbyte>>
{
    public static string KernelName => "split-list-512";

    public static int Width => Vector512<sbyte>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<sbyte> Load(ref sbyte source, nuint offset) => Vector512.LoadUnsafe(ref source, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<sbyte> value, ref sbyte target, nuint offset) => value.StoreUnsafe(ref target, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<sbyte> Broadcast(sbyte value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<sbyte> Relabel(
        Vector512<sbyte> label, Vector512<sbyte> rank, Vector512<sbyte> threshold, Vector512<sbyte> parent, Vector512<sbyte> child) =>
        Vector512.ConditionalSelect(Vector512.Equals(label, parent) & Vector512.GreaterThan(rank, threshold), child, label);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<sbyte> RankByCounting(ref float values, ReadOnlySpan<float> thresholds)
    {
        nuint quarter = (nuint)Vector512<float>.Count;
        var x0 = Vector512.LoadUnsafe(ref values);
        var x1 = Vector512.LoadUnsafe(ref values, quarter);
        var x2 = Vector512.LoadUnsafe(ref values, 2 * quarter);
        var x3 = Vector512.LoadUnsafe(ref values, 3 * quarter);
        var rank0 = Vector512.Create(thresholds.Length - RankPlane.RankOffset);
        var rank1 = rank0;
        var rank2 = rank0;
        var rank3 = rank0;
        foreach (float threshold in thresholds)
        {
            // A true comparison is -1: starting from all of them, each threshold at or above the value takes one off.
            var limit = Vector512.Create(threshold);
            rank0 += Vector512.LessThanOrEqual(x0, limit).AsInt32();
            rank1 += Vector512.LessThanOrEqual(x1, limit).AsInt32();
            rank2 += Vector512.LessThanOrEqual(x2, limit).AsInt32();
            rank3 += Vector512.LessThanOrEqual(x3, limit).AsInt32();
        }

        return Vector512.Narrow(Vector512.Narrow(rank0, rank1), Vector512.Narrow(rank2, rank3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountExceeded(float value, ref float group)
    {
        var x = Vector512.Create(value);
        return RankPlane.GroupSize
            - BitOperations.PopCount(Vector512.LessThanOrEqual(x, Vector512.LoadUnsafe(ref group, 0)).ExtractMostSignificantBits());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLeaves(ref byte labels, int rows, ReadOnlySpan<double> leaves, ref double sums) =>
        LeafTable.AddFromRegisters(ref labels, rows, leaves, ref sums);
}
