using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Optimizer.Surrogates;

/// <summary>16 rows at a time: SSE, AdvSimd, and the tail of a batch on wider machines.</summary>
internal readonly struct Lanes128 : IVectorLanes<Vector128<sbyte>>
{
    public static string KernelName => "split-list-128";

    public static int Width => Vector128<sbyte>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Load(ref sbyte source, nuint offset) => Vector128.LoadUnsafe(ref source, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<sbyte> value, ref sbyte target, nuint offset) => value.StoreUnsafe(ref target, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Broadcast(sbyte value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> Relabel(
        Vector128<sbyte> label, Vector128<sbyte> rank, Vector128<sbyte> threshold, Vector128<sbyte> parent, Vector128<sbyte> child) =>
        Vector128.ConditionalSelect(Vector128.Equals(label, parent) & Vector128.GreaterThan(rank, threshold), child, label);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> RankByCounting(ref float values, ReadOnlySpan<float> thresholds)
    {
        nuint quarter = (nuint)Vector128<float>.Count;
        var x0 = Vector128.LoadUnsafe(ref values);
        var x1 = Vector128.LoadUnsafe(ref values, quarter);
        var x2 = Vector128.LoadUnsafe(ref values, 2 * quarter);
        var x3 = Vector128.LoadUnsafe(ref values, 3 * quarter);
        var rank0 = Vector128.Create(thresholds.Length - RankPlane.RankOffset);
        var rank1 = rank0;
        var rank2 = rank0;
        var rank3 = rank0;
        foreach (float threshold in thresholds)
        {
            // A true comparison is -1: starting from all of them, each threshold at or above the value takes one off.
            var limit = Vector128.Create(threshold);
            rank0 += Vector128.LessThanOrEqual(x0, limit).AsInt32();
            rank1 += Vector128.LessThanOrEqual(x1, limit).AsInt32();
            rank2 += Vector128.LessThanOrEqual(x2, limit).AsInt32();
            rank3 += Vector128.LessThanOrEqual(x3, limit).AsInt32();
        }

        return Vector128.Narrow(Vector128.Narrow(rank0, rank1), Vector128.Narrow(rank2, rank3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountExceeded(float value, ref float group)
    {
        var x = Vector128.Create(value);
        return RankPlane.GroupSize
            - BitOperations.PopCount(Vector128.LessThanOrEqual(x, Vector128.LoadUnsafe(ref group, 0)).ExtractMostSignificantBits())
            - BitOperations.PopCount(Vector128.LessThanOrEqual(x, Vector128.LoadUnsafe(ref group, 4)).ExtractMostSignificantBits())
            - BitOperations.PopCount(Vector128.LessThanOrEqual(x, Vector128.LoadUnsafe(ref group, 8)).ExtractMostSignificantBits())
            - BitOperations.PopCount(Vector128.LessThanOrEqual(x, Vector128.LoadUnsafe(ref group, 12)).ExtractMostSignificantBits());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddLeaves(ref byte labels, int rows, ReadOnlySpan<double> leaves, ref double sums) =>
        LeafTable.AddOneByOne(ref labels, rows, leaves, ref sums);
}
