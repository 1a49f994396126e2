namespace Optimizer.Search;

/// <summary>Examines boxes: bounds, cells that cannot hold an answer, the most promising point, and the cut that raises the bounds most. One per thread.</summary>
internal sealed class BoxExpansion
{
    private const int MostTightenings = 3;

    // A single cell is halved until its sides are this share of the whole box.
    private const double Finest = 1e-7;

    private readonly CellProblem _problem;
    private readonly FormScratch _scratch = new();
    private readonly FormScan[] _scans;
    private readonly double[] _x;
    private double _target;

    public BoxExpansion(CellProblem problem)
    {
        _problem = problem;
        _scans = [.. problem.Sums.Select(s => new FormScan(s, problem.Grid))];
        _x = new double[problem.Grid.Variables.Length];
    }

    /// <param name="target">Only points below it are of interest.</param>
    public Examined Examine(OpenBox open, double target)
    {
        _target = target;
        var box = open.Box.Copy();
        var (forms, from) = (open.Source.Forms, open.Source.Box);
        for (int round = 0; ; round++)
        {
            forms = Restrict(forms, from, box);
            from = box.Copy();
            if (!Scan(forms, box))
            {
                return Examined.Nothing();
            }

            switch (Tighten(box))
            {
                case null:
                    return Examined.Nothing();
                case true when round < MostTightenings:
                    continue;
                case true:
                    forms = Restrict(forms, from, box);
                    from = box.Copy();
                    if (!Scan(forms, box))
                    {
                        return Examined.Nothing();
                    }

                    break;
            }

            break;
        }

        return Divide(forms, box);
    }

    private Examined Divide(BoxForm[] forms, CellBox box)
    {
        var variables = _problem.Grid.Variables;
        for (int v = 0; v < _x.Length; v++)
        {
            int cell = _scans[0].BestCell[v];
            bool single = box.IsSingle(v);
            _x[v] = forms[0].Sum.Lowest(variables[v], single ? box.Low[v] : _problem.Grid.Low[v][cell], single ? box.High[v] : _problem.Grid.High[v][cell]);
        }

        double value = forms[0].At(box, _scans[0].BestCell, _x, variables);
        bool feasible = true;
        for (int k = 1; k < forms.Length && feasible; k++)
        {
            feasible = forms[k].At(box, _scans[0].BestCell, _x, variables) <= 0;
        }

        double[]? point = feasible && value < _target ? _problem.Point(_x) : null;
        if (box.IsSingleCell)
        {
            // Alone in its cell the bound is attained where the objective's smooth part is least.
            return feasible ? Examined.Nothing(point) : Halve(forms, box);
        }

        var (variable, cut) = BestCut(box);
        CellBox left = box.Copy(), right = box.Copy();
        left.LowerTo(_problem.Grid, variable, cut);
        right.RaiseTo(_problem.Grid, variable, cut + 1);
        int at = cut - box.First[variable];
        double bound = _scans[0].Bound;
        return new Examined(
            [(left, Math.Max(bound, _scans[0].Below[variable][at])), (right, Math.Max(bound, _scans[0].Above[variable][at]))], forms, box, point, double.PositiveInfinity);
    }

    private BoxForm[] Restrict(BoxForm[] forms, CellBox from, CellBox to)
    {
        var restricted = new BoxForm[forms.Length];
        for (int k = 0; k < forms.Length; k++)
        {
            restricted[k] = forms[k].Restrict(from, to, _scratch);
        }

        return restricted;
    }

    private bool Scan(BoxForm[] forms, CellBox box)
    {
        for (int k = 0; k < forms.Length; k++)
        {
            _scans[k].Run(forms[k], box, _problem.Grid);
            if (!MayHold(k, _scans[k].Bound))
            {
                return false;
            }
        }

        return true;
    }

    private bool MayHold(int k, double bound) => k == 0 ? bound < _target : bound <= _problem.Rounding[k];

    /// <returns>Whether cells were cut off; null: none is left.</returns>
    private bool? Tighten(CellBox box)
    {
        bool any = false;
        for (int v = 0; v < _x.Length; v++)
        {
            int first = box.First[v], last = box.Last[v], lowest = first, highest = last;
            for (int k = 0; k < _scans.Length; k++)
            {
                double[] below = _scans[k].Below[v], above = _scans[k].Above[v];
                while (lowest < last && !MayHold(k, below[lowest - first]))
                {
                    lowest++;
                }

                while (highest > first && !MayHold(k, above[highest - 1 - first]))
                {
                    highest--;
                }
            }

            if (lowest > highest)
            {
                return null;
            }

            if (lowest > first)
            {
                box.RaiseTo(_problem.Grid, v, lowest);
                any = true;
            }

            if (highest < last)
            {
                box.LowerTo(_problem.Grid, v, highest);
                any = true;
            }
        }

        return any;
    }

    // Progress of a side: how much of the way to being dropped its bound has gone, by the objective or by a constraint.
    private (int Variable, int Cut) BestCut(CellBox box)
    {
        double most = -1;
        int variable = -1, cut = 0;
        for (int v = 0; v < _x.Length; v++)
        {
            int first = box.First[v], cuts = box.Last[v] - first;
            for (int c = 0; c < cuts; c++)
            {
                double balance = Math.Min(c + 1, cuts - c) / (cuts + 1.0);
                double worth = (Progress(v, c, above: false) + (1e-3 * balance)) * (Progress(v, c, above: true) + (1e-3 * balance));
                if (worth > most)
                {
                    (most, variable, cut) = (worth, v, first + c);
                }
            }
        }

        return (variable, cut);
    }

    private double Progress(int variable, int cut, bool above)
    {
        double most = 0;
        for (int k = 0; k < _scans.Length; k++)
        {
            double bound = _scans[k].Bound, whole = (k == 0 ? _target : 0) - bound;
            double gained = (above ? _scans[k].Above : _scans[k].Below)[variable][cut] - bound;
            // Without a point to beat yet, what is gained counts as it is.
            most = Math.Max(most, double.IsFinite(whole) && whole > 0 ? Math.Min(1, gained / whole) : gained);
        }

        return most;
    }

    // The constraints' smooth parts decide inside the cell: halve it where they change most.
    private Examined Halve(BoxForm[] forms, CellBox box)
    {
        int widest = -1;
        double most = 0;
        for (int v = 0; v < _x.Length; v++)
        {
            double low = box.Low[v], high = box.High[v];
            if (high - low <= Finest * (_problem.High[_problem.Grid.Variables[v]] - _problem.Low[_problem.Grid.Variables[v]]))
            {
                continue;
            }

            double change = 0;
            foreach (var form in forms)
            {
                int input = _problem.Grid.Variables[v];
                var sum = form.Sum;
                double middle = sum.Smooth(input, (low + high) / 2), a = sum.Smooth(input, low), b = sum.Smooth(input, high);
                change = Math.Max(change, Math.Max(Math.Abs(a - b), Math.Max(Math.Abs(a - middle), Math.Abs(b - middle))));
            }

            if (change > most)
            {
                (most, widest) = (change, v);
            }
        }

        if (widest < 0)
        {
            return Examined.Nothing(null, _scans[0].Bound);
        }

        double half = box.Low[widest] + ((box.High[widest] - box.Low[widest]) / 2);
        CellBox left = box.Copy(), right = box.Copy();
        left.High[widest] = half;
        right.Low[widest] = half;
        return new Examined([(left, _scans[0].Bound), (right, _scans[0].Bound)], forms, box, null, double.PositiveInfinity);
    }
}
