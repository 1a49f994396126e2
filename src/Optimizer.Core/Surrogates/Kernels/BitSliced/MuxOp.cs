namespace Optimizer.Surrogates;

/// <summary>
/// One gate of a bit-sliced network: for every row of a block, <see cref="Target"/> takes the bit of <see cref="Right"/> where
/// <see cref="Mask"/> is set, else that of <see cref="Left"/>. All four are byte offsets of bit planes.
/// </summary>
internal readonly record struct MuxOp(int Mask, int Left, int Right, int Target);
