using Optimizer.Objectives;
using Optimizer.Surrogates;

namespace Optimizer.Search;

/// <summary>
/// Branch and bound of the reachable box on the declared problem itself: backbones, residual trees, formulas, constraints with their
/// pessimism. A box is bounded by <see cref="MultiplierAscent"/> over interval slopes and halved where the bound is loosest; the box
/// with the lowest bound is next. Works on what the search has found, improves it where it can, and says how far it can be from the best.
/// </summary>
internal sealed class BoxCertification
{
    private const double Rounding = 1e-9;

    // Points are assessed together, whatever the boxes they come from.
    private const int Batch = 16;

    private readonly ProblemTape _problem;
    private readonly ResidualBounds? _residuals;
    private readonly MultiplierAscent _ascent;
    private readonly CandidateAssessor _assessor;
    private readonly PatternSearch _search;
    private readonly double[] _low, _high;
    private readonly int _n;

    /// <exception cref="NotBoundedException">The problem holds something without bounds.</exception>
    public BoxCertification(CandidateAssessor assessor, PatternSearch search, ReachableBox box, double caution, double violationPrice)
    {
        (_assessor, _search, _n) = (assessor, search, box.Low.Length);
        _problem = new ProblemTape(assessor, caution);
        int variables = _problem.Tape.Variables;
        _ascent = new MultiplierAscent(_problem.Cost, _problem.Violations, variables, violationPrice);
        (_low, _high) = (new double[variables], new double[variables]);
        if (_problem.Treed.Length > 0)
        {
            _residuals = new ResidualBounds(assessor, _problem.Treed, [.. box.Low, .. assessor.Disturbances], [.. box.High, .. assessor.Disturbances]);
        }
    }

    public Certificate Run(ReachableBox box, int boxes)
    {
        var open = new PriorityQueue<Node, (double, int)>();
        int examined = 0;
        Push(open, new Node(box.Low, box.High, _residuals?.Root ?? default, new double[_problem.Violations.Length]), double.NegativeInfinity, ref examined);
        int waiting = 0;
        while (examined < boxes && open.TryPeek(out var next, out _) && next.Bound < Target)
        {
            open.Dequeue();
            var (left, right) = Halve(next);
            Push(open, left, next.Bound, ref examined);
            Push(open, right, next.Bound, ref examined);
            if (++waiting == Batch)
            {
                _search.TryOffered();
                waiting = 0;
            }
        }

        _search.TryOffered();
        double bound = open.TryPeek(out var lowest, out _) ? Math.Min(lowest.Bound, _search.BestWeight) : _search.BestWeight;
        return new Certificate(bound, Math.Max(0, _search.BestWeight - bound) is var gap && gap <= Slack ? 0 : gap, examined, null);
    }

    private double Slack => Rounding * (1 + Math.Abs(_search.BestWeight));

    private double Target => _search.BestWeight - Slack;

    private void Push(PriorityQueue<Node, (double, int)> open, Node node, double enclosing, ref int examined)
    {
        examined++;
        node.Bound = Math.Max(enclosing, Bound(node));
        if (node.Bound < Target)
        {
            open.Enqueue(node, (node.Bound, examined));
        }
    }

    private double Bound(Node node)
    {
        node.Low.CopyTo(_low, 0);
        node.High.CopyTo(_high, 0);
        if (_residuals is not null)
        {
            node.Trees = _residuals.Restrict(node.Trees, [.. node.Low, .. _assessor.Disturbances], [.. node.High, .. _assessor.Disturbances]);
            _residuals.Bound(node.Trees.Trees, _low.AsSpan(_n), _high.AsSpan(_n));
        }

        _problem.Tape.Run(_low, _high);
        double bound = _ascent.Maximise(_problem.Tape, node.Multipliers, Target);
        ChooseCut(node);
        for (int round = 0; round < 4 && bound < Target && Narrow(); round++)
        {
            // With the same multipliers the sum only rises or only falls along what was narrowed: its least is kept.
            _problem.Tape.Run(_low, _high);
            bound = Math.Max(bound, _ascent.Bound(_problem.Tape, node.Multipliers, separately: false));
        }

        if (bound < Target)
        {
            Offer(node);
        }

        return bound;
    }

    private bool Narrow()
    {
        bool any = false;
        for (int i = 0; i < _low.Length; i++)
        {
            if (_low[i] < _high[i] && (_ascent.SlopesLow[i] >= 0 || _ascent.SlopesHigh[i] <= 0))
            {
                (_low[i], _high[i]) = _ascent.SlopesLow[i] >= 0 ? (_low[i], _low[i]) : (_high[i], _high[i]);
                any = true;
            }
        }

        return any;
    }

    private void Offer(Node node)
    {
        Span<double> point = stackalloc double[_n];
        for (int i = 0; i < _n; i++)
        {
            point[i] = Math.Clamp(_low[i] + ((_high[i] - _low[i]) / 2), node.Low[i], node.High[i]);
        }

        _search.Offer(point);
    }

    // Where slopes are known least, over the width: what halving the variable takes off the bound's error, roughly.
    private void ChooseCut(Node node)
    {
        double most = -1, trees = 0;
        for (int i = _n; i < _low.Length; i++)
        {
            trees += Math.Max(Math.Abs(_ascent.SlopesLow[i]), Math.Abs(_ascent.SlopesHigh[i])) * (_high[i] - _low[i]);
        }

        double influences = _residuals?.Influence.Sum() ?? 0;
        for (int i = 0; i < _n; i++)
        {
            double width = _high[i] - _low[i];
            double curved = width * (_ascent.SlopesHigh[i] - _ascent.SlopesLow[i]), jumps = influences > 0 ? trees * _residuals!.Influence[i] / influences : 0;
            double error = width > 0 ? Math.Max(0, double.IsNaN(curved) ? width : curved) + jumps : -1;
            if (error > most)
            {
                (most, node.Variable, node.Jumps) = (error, i, jumps > curved);
            }
        }
    }

    private (Node Left, Node Right) Halve(Node node)
    {
        int i = node.Variable;
        double below = node.Low[i] + ((node.High[i] - node.Low[i]) / 2), above = below;
        if (node.Jumps && _residuals is { } residuals)
        {
            var grid = residuals.Grid;
            int v = Array.IndexOf(grid.Variables, i), first = grid.CellOf(v, node.Low[i]), last = grid.CellOf(v, node.High[i]);
            if (first < last)
            {
                int cell = Math.Clamp(grid.CellOf(v, below), first, last - 1);
                (below, above) = (grid.High[v][cell], grid.Low[v][cell + 1]);
            }
        }

        double[] middleHigh = (double[])node.High.Clone(), middleLow = (double[])node.Low.Clone();
        middleHigh[i] = below;
        middleLow[i] = above;
        return (
            new Node(node.Low, middleHigh, node.Trees, (double[])node.Multipliers.Clone()),
            new Node(middleLow, node.High, node.Trees, (double[])node.Multipliers.Clone()));
    }

    private sealed class Node(double[] low, double[] high, (CellBox Box, ResidualBounds.Trees[] Trees) trees, double[] multipliers)
    {
        public double[] Low { get; } = low;

        public double[] High { get; } = high;

        public (CellBox Box, ResidualBounds.Trees[] Trees) Trees { get; set; } = trees;

        public double[] Multipliers { get; } = multipliers;

        public double Bound { get; set; }

        public int Variable { get; set; }

        public bool Jumps { get; set; }
    }
}
