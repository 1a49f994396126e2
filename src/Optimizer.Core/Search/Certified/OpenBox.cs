namespace Optimizer.Search;

/// <summary>A box still to be examined, and the forms of an enclosing box that its own are made from.</summary>
internal sealed class OpenBox(CellBox box, FormSource source, double bound)
{
    public CellBox Box { get; } = box;

    public FormSource Source { get; } = source;

    public double Bound { get; } = bound;

    public Examined? Result { get; set; }
}

/// <summary>Forms that boxes not examined yet are made from; counted, so that their memory is known.</summary>
internal sealed class FormSource(BoxForm[] forms, CellBox box)
{
    public BoxForm[] Forms { get; } = forms;

    public CellBox Box { get; } = box;

    public long Bytes { get; set; }

    public int Users { get; set; }
}

/// <param name="Parts">The two halves with their bounds; null: nothing left to look at.</param>
/// <param name="Forms">On <paramref name="Box"/>, what is left of the box examined.</param>
/// <param name="Point">A promising point, inputs; null: none.</param>
/// <param name="Unresolved">Bound of a part too small to halve and not decided; infinity: none.</param>
internal sealed record Examined(IReadOnlyList<(CellBox Box, double Bound)> Parts, BoxForm[] Forms, CellBox? Box, double[]? Point, double Unresolved)
{
    public static Examined Nothing(double[]? point = null, double unresolved = double.PositiveInfinity) => new([], [], null, point, unresolved);
}

/// <summary>Keeps the forms of examined boxes for their parts while memory allows; beyond it parts start from an enclosing box.</summary>
internal sealed class FormMemory(long most)
{
    private long _used;

    public IEnumerable<OpenBox> Keep(OpenBox examined, Examined found)
    {
        if (found.Parts.Count > 0)
        {
            var source = Source(examined.Source, found);
            source.Users += found.Parts.Count;
            foreach (var (box, bound) in found.Parts)
            {
                yield return new OpenBox(box, source, bound);
            }
        }

        Release(examined.Source);
    }

    private FormSource Source(FormSource enclosing, Examined found)
    {
        long bytes = found.Forms.Sum(f => f.Bytes);
        if (_used + bytes > most)
        {
            return enclosing;
        }

        _used += bytes;
        return new FormSource(found.Forms, found.Box!) { Bytes = bytes };
    }

    private void Release(FormSource source)
    {
        if (--source.Users == 0)
        {
            _used -= source.Bytes;
        }
    }
}
