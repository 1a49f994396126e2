using MathNet.Numerics;
using Optimizer.Surrogates;

namespace Optimizer.Objectives;

/// <summary>
/// Scores candidates: predictions, declared quantities, money, constraints with pessimism. Holds one operating point; make
/// a new one for each decision. Not thread-safe.
/// </summary>
public sealed class CandidateAssessor
{
    // 90 % two-sided.
    private const double IntervalSigmas = 1.645;
    internal const double SafetySigmas = 2.0;

    private readonly OperatingProblem _problem;
    private readonly Predictor _predictor;
    private readonly double[] _stay, _disturbances, _values;
    private readonly double _pessimism;
    private readonly int _objectiveAt;
    private readonly ConstraintCheck[] _checks;
    private readonly Func<double[], double>[] _quantities;
    private readonly double[] _slopes;
    private readonly double[][] _means, _gains, _levels;
    private readonly InputColumns _few;

    /// <param name="problem">Objective, constraints, quantities.</param>
    /// <param name="predictor">Predictor at the present operating point.</param>
    /// <param name="stay">Live setpoints.</param>
    /// <param name="disturbances">Present disturbance variables.</param>
    /// <param name="prices">Prices now; missing names take the declared default.</param>
    /// <param name="pessimism">Standard deviations of model error kept from every specification limit; 1.0 to 1.6 is sound.</param>
    public CandidateAssessor(OperatingProblem problem, Predictor predictor, double[] stay, double[] disturbances, IReadOnlyDictionary<string, double> prices, double pessimism)
    {
        (_problem, _predictor, _stay, _disturbances, _pessimism) = (problem, predictor, stay, disturbances, pessimism);
        _values = new double[problem.Layout.Count];
        int at = problem.Layout.Prices;
        foreach (var (name, price) in problem.Prices)
        {
            _values[at++] = prices.GetValueOrDefault(name, price);
        }

        _quantities = [.. problem.Quantities.Select(q => q.Evaluate)];
        int k = predictor.Surrogates.Count;
        (_means, _gains, _levels) = (NewTable(k), NewTable(k), NewTable(k));
        _few = NewCandidates();
        _objectiveAt = problem.Layout[problem.Objective.Quantity];
        _checks = [.. problem.Constraints.Select(c => ConstraintCheck.For(c, problem, predictor.Surrogates))];
        _slopes = Slopes();
        Stay = Assess([stay])[0];
    }

    /// <summary>Staying put: always a candidate, and what every benefit is measured against.</summary>
    public Assessment Stay { get; }

    public OperatingProblem Problem => _problem;

    internal Predictor Predictor => _predictor;

    internal double[] Disturbances => _disturbances;

    internal double Pessimism => _pessimism;

    /// <summary>Change of the cost per unit of each surrogate's mean, at the present point.</summary>
    internal double[] CostSlopes => _slopes;

    internal IReadOnlyList<ConstraintCheck> Checks => _checks;

    internal double PriceAt(int position) => _values[position];

    /// <summary>Thresholds that trees in use test on a manipulated variable, ascending.</summary>
    public IReadOnlyList<float> Thresholds(int variable) => _predictor.Thresholds(variable);

    /// <summary>Room for as many candidates as <see cref="Weigh(InputColumns, int, double, double, Span{double})"/> takes at once; disturbance variables are filled in.</summary>
    public InputColumns NewCandidates()
    {
        var candidates = new InputColumns(_stay.Length + _disturbances.Length, Predictor.BlockRows);
        for (int d = 0; d < _disturbances.Length; d++)
        {
            candidates[_stay.Length + d].Fill(_disturbances[d]);
        }

        return candidates;
    }

    /// <summary>Full assessments, in the order given.</summary>
    public IReadOnlyList<Assessment> Assess(IReadOnlyList<double[]> setpoints)
    {
        var assessed = new Assessment[setpoints.Count];
        for (int first = 0; first < assessed.Length; first += Predictor.BlockRows)
        {
            int rows = Math.Min(Predictor.BlockRows, assessed.Length - first);
            Predict(setpoints, first, rows);
            for (int c = 0; c < rows; c++)
            {
                assessed[first + c] = Assess(setpoints[first + c], c);
            }
        }

        return assessed;
    }

    /// <summary>Cost plus uncertainty and violation, for search: what one candidate weighs, lower is better.</summary>
    /// <param name="caution">Standard errors of the benefit that are added to the cost.</param>
    /// <param name="violationPrice">Cost of one unit of violation.</param>
    public void Weigh(IReadOnlyList<double[]> setpoints, double caution, double violationPrice, Span<double> weights)
    {
        for (int first = 0; first < setpoints.Count; first += Predictor.BlockRows)
        {
            int rows = Math.Min(Predictor.BlockRows, setpoints.Count - first);
            for (int c = 0; c < rows; c++)
            {
                _few.Set(c, setpoints[first + c]);
            }

            Weigh(_few, rows, caution, violationPrice, weights[first..]);
        }
    }

    /// <summary>The same for the first <paramref name="rows"/> of a block made by <see cref="NewCandidates"/>. Allocates nothing.</summary>
    public void Weigh(InputColumns candidates, int rows, double caution, double violationPrice, Span<double> weights)
    {
        _predictor.Predict(candidates, rows, _means, _gains, _levels);
        var inputs = _values.AsSpan(0, candidates.Inputs);
        for (int c = 0; c < rows; c++)
        {
            candidates.Get(c, inputs);
            Fill(c);
            double violation = 0;
            foreach (var check in _checks)
            {
                violation += Math.Max(0, -check.Distance(_values, _levels, c, _pessimism, SafetySigmas));
            }

            weights[c] = Cost() + (caution * CostDeviation(c)) + (violationPrice * violation);
        }
    }

    private Assessment Assess(double[] setpoints, int c)
    {
        Fill(setpoints, c);
        var margins = new List<ConstraintMargin>(_checks.Length);
        double violation = 0;
        foreach (var check in _checks.Where(k => k.Constraint.Class != ConstraintClass.Preference))
        {
            double distance = check.Distance(_values, _levels, c, _pessimism, SafetySigmas);
            violation += Math.Max(0, -distance);
            margins.Add(new ConstraintMargin(check.Constraint.Name, _values[check.At], check.Constraint.Limit, distance));
        }

        return new Assessment(setpoints, _values[_objectiveAt], Cost(), CostDeviation(c), violation, Controlled(c), margins)
        {
            ShareInSpecification = _values[_problem.Layout.InSpecification],
            ObjectiveInterval = ObjectiveInterval(setpoints, c),
        };
    }

    private ControlledPrediction[] Controlled(int c)
    {
        var predictions = new ControlledPrediction[_means.Length];
        for (int k = 0; k < predictions.Length; k++)
        {
            var variable = _predictor.Surrogates[k].Variable;
            double half = IntervalSigmas * _levels[k][c];
            predictions[k] = new(variable.Name, variable.Restore(_means[k][c]), variable.Restore(_means[k][c] - half), variable.Restore(_means[k][c] + half));
        }

        return predictions;
    }

    private double Cost()
    {
        double cost = _problem.Objective.Sign * _values[_objectiveAt];
        foreach (var check in _checks)
        {
            if (check.Constraint.Class == ConstraintClass.Preference)
            {
                cost += check.Constraint.Weight * check.Breach(_values);
            }
        }

        return cost;
    }

    // Errors of the controlled variables are taken as independent: first-order propagation at the present point.
    private double CostDeviation(int c)
    {
        double variance = 0;
        for (int k = 0; k < _slopes.Length; k++)
        {
            double part = _slopes[k] * _gains[k][c];
            variance += part * part;
        }

        return Math.Sqrt(variance);
    }

    // Independent errors as above, each carried through to its end: scrap grows so unevenly with the level that a slope would mislead.
    private (double Low, double High) ObjectiveInterval(double[] setpoints, int c)
    {
        double center = _values[_objectiveAt], below = 0, above = 0;
        for (int k = 0; k < _means.Length; k++)
        {
            double kept = _means[k][c];
            foreach (double sigmas in (ReadOnlySpan<double>)[-IntervalSigmas, IntervalSigmas])
            {
                _means[k][c] = kept + (sigmas * _levels[k][c]);
                Fill(setpoints, c);
                double change = _values[_objectiveAt] - center;
                (below, above) = change < 0 ? (below + (change * change), above) : (below, above + (change * change));
            }

            _means[k][c] = kept;
        }

        Fill(setpoints, c);
        return (center - Math.Sqrt(below), center + Math.Sqrt(above));
    }

    private double[] Slopes()
    {
        Predict([_stay], 0, 1);
        Fill(_stay, 0);
        double cost = Cost();
        var slopes = new double[_means.Length];
        for (int k = 0; k < slopes.Length; k++)
        {
            double step = Math.Max(1e-6, _predictor.Surrogates[k].Scatter * 0.1);
            double kept = _means[k][0];
            _means[k][0] = kept + step;
            Fill(_stay, 0);
            slopes[k] = (Cost() - cost) / step;
            _means[k][0] = kept;
        }

        return slopes;
    }

    private void Predict(IReadOnlyList<double[]> setpoints, int first, int rows)
    {
        for (int c = 0; c < rows; c++)
        {
            _few.Set(c, setpoints[first + c]);
        }

        _predictor.Predict(_few, rows, _means, _gains, _levels);
    }

    private static double[][] NewTable(int surrogates) => [.. Enumerable.Range(0, surrogates).Select(_ => new double[Predictor.BlockRows])];

    private void Fill(double[] setpoints, int c)
    {
        setpoints.CopyTo(_values, 0);
        _disturbances.CopyTo(_values, setpoints.Length);
        Fill(c);
    }

    // What follows from the inputs, which stand among the values already.
    private void Fill(int c)
    {
        var layout = _problem.Layout;
        for (int k = 0; k < _means.Length; k++)
        {
            _values[layout.Controlled + k] = _predictor.Surrogates[k].Variable.Restore(_means[k][c]);
        }

        _values[layout.InSpecification] = InSpecification(c);
        for (int q = 0; q < _quantities.Length; q++)
        {
            _values[layout.Quantities + q] = _quantities[q](_values);
        }
    }

    private double InSpecification(int c)
    {
        double share = 1;
        foreach (var check in _checks)
        {
            if (check.Constraint.CountsInYield && check.Surrogate is { } k)
            {
                double sigmas = check.RoomInScale(_means[k][c]) / _predictor.Surrogates[k].ProcessScatter;
                share *= 0.5 * SpecialFunctions.Erfc(-sigmas / Constants.Sqrt2);
            }
        }

        return share;
    }
}
