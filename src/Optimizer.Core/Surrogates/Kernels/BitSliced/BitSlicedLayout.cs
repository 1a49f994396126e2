namespace Optimizer.Surrogates;

/// <summary>
/// Where the rows of a block stand after the shuffles of <see cref="LabelTranspose"/> and <see cref="RegisterLeaves"/>, which
/// both keep within 128-bit lanes because that is cheapest. Only a block's last step needs to know: it reads the sums back in row order.
/// </summary>
internal static class BitSlicedLayout
{
    /// <summary>By row: where its label stands.</summary>
    public static readonly ushort[] LabelOfRow = [.. Enumerable.Range(0, BitSlicedScratch.Rows).Select(LabelPlace)];

    /// <summary>By row: where its sum stands.</summary>
    public static readonly ushort[] SumOfRow = [.. LabelOfRow.Select(SumPlace)];

    // Vector v holds, in its lane l, the 16 rows from 128 l + 16 v on.
    private static ushort LabelPlace(int row) => (ushort)((row / 16 % 8 * 64) + (row / 128 * 16) + (row % 16));

    // Within 64 labels: first by byte of their 32 bits, then by half of the lane.
    private static ushort SumPlace(ushort label)
    {
        int vector = label / 64, lane = label / 16 % 4, half = label / 8 % 2, dword = label / 4 % 2, part = label % 4;
        return (ushort)((vector * 64) + (part * 16) + (half * 8) + (lane * 2) + dword);
    }
}
