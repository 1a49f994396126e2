using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Optimizer.Surrogates;

/// <summary>32 rows at a time: AVX2.</summary>
internal readonly struct Lanes256 : IVectorLanes<Vector256<sbyte>>
{
    public static string KernelName => "split-list-256";

    public static int Width => Vector256<sbyte>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(ref sbyte source, nuint offset) => Vector256.LoadUnsafe(ref source, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<sbyte> value, ref sbyte target, nuint offset) => value.StoreUnsafe(ref target, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Broadcast(sbyte value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Relabel(
        Vector256<sbyte> label, Vector256<sbyte> rank, Vector256<sbyte> threshold, Vector256<sbyte> parent, Vector256<sbyte> child) =>
        Vector256.ConditionalSelect(Vector256.Equals(label, parent) & Vector256.GreaterThan(rank, threshold), child, label);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> RankByCounting(ref float values, ReadOnlySpan<float> thresholds)
    {
        nuint quarter = (nuint)Vector256<float>.Count;
        var x0 = Vector256.LoadUnsafe(ref values);
        var x1 = Vector256.LoadUnsafe(ref values, quarter);
        var x2 = Vector256.LoadUnsafe(ref values, 2 * quarter);
        var x3 = Vector256.LoadUnsafe(ref values, 3 * quarter);
        var rank0 = Vector256.Create(thresholds.Length - RankPlane.RankOffset);
        var rank1 = rank0;
        var rank2 = rank0;
        var rank3 = rank0;
        foreach (float threshold in thresholds)
        {
            // A true comparison is -1: starting from all of them, each threshold at or above the value takes one off.
            var limit = Vector256.Create(threshold);
            rank0 += Vector256.LessThanOrEqual(x0, limit).AsInt32();
            rank1 += Vector256.LessThanOrEqual(x1, limit).AsInt32();
            rank2 += Vector256.LessThanOrEqual(x2, limit).AsInt32();
            rank3 += Vector256.LessThanOrEqual(x3, limit).AsInt32();
        }

        return Vector256.Narrow(Vector256.Narrow(rank0, rank1), Vector256.Narrow(rank2, rank3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountExceeded(float value, ref float group)
    {
        var x = Vector256.Create(value);
        return RankPlane.GroupSize
            - BitOperations.PopCount(Vector256.LessThanOrEqual(x, Vector256.LoadUnsafe(ref group, 0)).ExtractMostSignificantBits())
            - BitOperations.PopCount(Vector256.LessThanOrEqual(x, Vector256.LoadUnsafe(ref group, 8)).ExtractMostSignificantBits());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLeaves(ref byte labels, int rows, ReadOnlySpan<double> leaves, ref double sums) =>
        LeafTable.AddOneByOne(ref labels, rows, leaves, ref sums);
}
