using Optimizer.Surrogates;

namespace Optimizer.Search;

/// <summary>Lists the leaves of specialised trees with their ranges of cells.</summary>
internal sealed class FormFlattening(CellGrid grid, CellBox box)
{
    private readonly int[] _first = (int[])box.First.Clone(), _last = (int[])box.Last.Clone();

    public List<int> TreeEnd { get; } = [];

    public List<double> Value { get; } = [];

    public List<ushort> First { get; } = [];

    public List<ushort> Last { get; } = [];

    public void Add(TreeEnsemble ensemble, double weight)
    {
        foreach (int root in ensemble.Roots)
        {
            Walk(ensemble, weight, root);
            TreeEnd.Add(Value.Count);
        }
    }

    private void Walk(TreeEnsemble ensemble, double weight, int node)
    {
        if (node < 0)
        {
            Value.Add(weight * ensemble.LeafValue[~node]);
            for (int i = 0; i < _first.Length; i++)
            {
                First.Add(checked((ushort)_first[i]));
                Last.Add(checked((ushort)_last[i]));
            }

            return;
        }

        int v = Array.IndexOf(grid.Variables, ensemble.Feature[node]);
        int above = grid.CellAbove(v, ensemble.Threshold[node]);
        int kept = _last[v];
        _last[v] = above - 1;
        Walk(ensemble, weight, ensemble.Left[node]);
        _last[v] = kept;
        kept = _first[v];
        _first[v] = above;
        Walk(ensemble, weight, ensemble.Right[node]);
        _first[v] = kept;
    }
}

/// <summary>Work space of one thread that restricts and scans forms.</summary>
internal sealed class FormScratch
{
    public double[] Value { get; private set; } = [];

    public ushort[] First { get; private set; } = [];

    public ushort[] Last { get; private set; } = [];

    public int[] TreeEnd { get; private set; } = [];

    public uint[] Active { get; private set; } = [];

    public void Reserve(int leaves, int variables)
    {
        if (Value.Length < leaves + 1)
        {
            (Value, TreeEnd, Active) = (new double[leaves + 1], new int[leaves + 1], new uint[leaves + 1]);
            (First, Last) = (new ushort[(leaves + 1) * variables], new ushort[(leaves + 1) * variables]);
        }
    }
}
