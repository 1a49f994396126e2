using System.Numerics;

namespace Optimizer.Surrogates;

/// <summary>An aligned run of <c>2^Width</c> labels.</summary>
internal readonly record struct LabelCube(int First, int Width)
{
    public int Count => 1 << Width;
}

/// <summary>
/// Shares out the labels of a tree among its branches. A branch that gets an aligned run of labels has their upper bits
/// in common, and two that fit the halves of a run are told apart by a single new bit, the split itself: that is
/// what keeps the gates few.
/// </summary>
internal static class LabelCodes
{
    /// <summary>Bits that <paramref name="leaves"/> labels need.</summary>
    public static int BitsFor(int leaves) => leaves <= 1 ? 0 : BitOperations.Log2((uint)(leaves - 1)) + 1;

    /// <summary>Labels of the left and of the right branch; together those of <paramref name="labels"/>, each enough for its leaves.</summary>
    public static (List<LabelCube> Left, List<LabelCube> Right) Share(List<LabelCube> labels, int leftLeaves, int rightLeaves)
    {
        if (labels is [{ Width: > 0 } whole] && Math.Max(leftLeaves, rightLeaves) <= whole.Count / 2)
        {
            int half = whole.Width - 1;
            return ([new LabelCube(whole.First, half)], [new LabelCube(whole.First + (1 << half), half)]);
        }

        var rest = new List<LabelCube>(labels);
        var small = TakeFor(rest, Math.Min(leftLeaves, rightLeaves), Math.Max(leftLeaves, rightLeaves));
        return leftLeaves < rightLeaves ? (small, rest) : (rest, small);
    }

    private static List<LabelCube> TakeFor(List<LabelCube> rest, int leaves, int others)
    {
        int width = BitsFor(leaves);
        if (rest.Sum(cube => cube.Count) - (1 << width) >= others && rest.Exists(cube => cube.Width >= width))
        {
            return [Take(rest, width)];
        }

        var taken = new List<LabelCube>();
        while (leaves > 0)
        {
            int part = Math.Min(BitOperations.Log2((uint)leaves), rest.Max(cube => cube.Width));
            taken.Add(Take(rest, part));
            leaves -= 1 << part;
        }

        return taken;
    }

    // From the smallest run that is long enough, so that the long ones stay whole.
    private static LabelCube Take(List<LabelCube> rest, int width)
    {
        var cube = rest.Where(c => c.Width >= width).MinBy(c => c.Width);
        rest.Remove(cube);
        while (cube.Width > width)
        {
            int half = cube.Width - 1;
            rest.Add(new LabelCube(cube.First, half));
            cube = new LabelCube(cube.First + (1 << half), half);
        }

        return cube;
    }
}
