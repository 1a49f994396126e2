namespace Optimizer.Search;

/// <summary>Descends along one variable after the other, each time to its best cell of all, until none improves. Least violation first, then the objective.</summary>
internal sealed class CellDescent
{
    private const int MostRounds = 12;

    private readonly CellProblem _problem;
    private readonly double[][] _line;
    private readonly int[] _cells;
    private readonly double[] _x;

    public CellDescent(CellProblem problem)
    {
        _problem = problem;
        int most = problem.Grid.Low.Max(l => l.Length);
        _line = [.. problem.Sums.Select(_ => new double[most])];
        _cells = new int[problem.Grid.Variables.Length];
        _x = new double[_cells.Length];
    }

    public double[] From(double[] inputs)
    {
        for (int v = 0; v < _cells.Length; v++)
        {
            _x[v] = Math.Clamp(inputs[_problem.Grid.Variables[v]], _problem.Box.Low[v], _problem.Box.High[v]);
            _cells[v] = _problem.Grid.CellOf(v, _x[v]);
        }

        bool moved = true;
        for (int round = 0; round < MostRounds && moved; round++)
        {
            moved = false;
            for (int v = 0; v < _cells.Length; v++)
            {
                moved |= Step(v);
            }
        }

        return _problem.Point(_x);
    }

    private bool Step(int variable)
    {
        var (grid, forms) = (_problem.Grid, _problem.Forms);
        int cells = grid.Cells(variable), input = grid.Variables[variable];
        for (int k = 0; k < forms.Length; k++)
        {
            Along(forms[k], variable, _line[k].AsSpan(0, cells));
        }

        int best = -1;
        double least = double.PositiveInfinity, bestX = 0;
        double violationLeast = double.PositiveInfinity;
        for (int c = 0; c < cells; c++)
        {
            double x = forms[0].Sum.Lowest(input, grid.Low[variable][c], grid.High[variable][c]);
            double value = _line[0][c] + forms[0].Sum.Smooth(input, x), violation = 0;
            for (int k = 1; k < forms.Length; k++)
            {
                violation += Math.Max(0, _line[k][c] + forms[k].Sum.Smooth(input, x));
            }

            if (violation < violationLeast || (violation == violationLeast && value < least))
            {
                (best, least, violationLeast, bestX) = (c, value, violation, x);
            }
        }

        bool moved = best != _cells[variable] || bestX != _x[variable];
        (_cells[variable], _x[variable]) = (best, bestX);
        return moved;
    }

    // The form along one variable, the others where they are, without the variable's own smooth part.
    private void Along(BoxForm form, int variable, Span<double> line)
    {
        int n = _cells.Length;
        double rest = form.Constant;
        for (int v = 0; v < n; v++)
        {
            rest += v == variable ? 0 : form.Steps[v][_cells[v]] + form.Sum.Smooth(_problem.Grid.Variables[v], _x[v]);
        }

        for (int c = 0; c < line.Length; c++)
        {
            line[c] = rest + form.Steps[variable][c];
        }

        int leaf = 0;
        for (int t = 0; t < form.TreeEnd.Length; t++)
        {
            for (; leaf < form.TreeEnd[t]; leaf++)
            {
                if (Meets(form, leaf, variable, n))
                {
                    for (int c = form.First[(leaf * n) + variable]; c <= form.Last[(leaf * n) + variable]; c++)
                    {
                        line[c] += form.Value[leaf];
                    }
                }
            }
        }
    }

    private bool Meets(BoxForm form, int leaf, int variable, int n)
    {
        for (int v = 0; v < n; v++)
        {
            if (v != variable && (_cells[v] < form.First[(leaf * n) + v] || _cells[v] > form.Last[(leaf * n) + v]))
            {
                return false;
            }
        }

        return true;
    }
}
