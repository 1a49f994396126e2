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
    private const double SafetySigmas = 2.0;

    private readonly OperatingProblem _problem;
    private readonly Predictor _predictor;
    private readonly double[] _stay, _disturbances, _values;
    private readonly double _pessimism;
    private readonly int _objectiveAt;
    private readonly ConstraintCheck[] _checks;
    private readonly double[] _slopes;
    private double[][] _means = [], _gains = [], _levels = [];

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

        _objectiveAt = problem.Layout[problem.Objective.Quantity];
        _checks = [.. problem.Constraints.Select(c => ConstraintCheck.For(c, problem, predictor.Surrogates))];
        _slopes = Slopes();
        Stay = Assess([stay])[0];
    }

    /// <summary>Staying put: always a candidate, and what every benefit is measured against.</summary>
    public Assessment Stay { get; }

    public OperatingProblem Problem => _problem;

    /// <summary>Full assessments, in the order given.</summary>
    public IReadOnlyList<Assessment> Assess(IReadOnlyList<double[]> setpoints)
    {
        Predict(setpoints);
        return [.. setpoints.Select(Assess)];
    }

    /// <summary>Cost plus uncertainty and violation, for search: what one candidate weighs, lower is better.</summary>
    /// <param name="caution">Standard errors of the benefit that are added to the cost.</param>
    /// <param name="violationPrice">Cost of one unit of violation.</param>
    public void Weigh(IReadOnlyList<double[]> setpoints, double caution, double violationPrice, Span<double> weights)
    {
        Predict(setpoints);
        for (int c = 0; c < setpoints.Count; c++)
        {
            Fill(setpoints[c], c);
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
        Predict([_stay]);
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

    private void Predict(IReadOnlyList<double[]> setpoints)
    {
        int k = _predictor.Surrogates.Count;
        if (_means.Length != k || (k > 0 && _means[0].Length < setpoints.Count))
        {
            _means = NewTable(k, setpoints.Count);
            _gains = NewTable(k, setpoints.Count);
            _levels = NewTable(k, setpoints.Count);
        }

        _predictor.Predict([.. setpoints.Select(u => (double[])[.. u, .. _disturbances])], _means, _gains, _levels);
    }

    private static double[][] NewTable(int rows, int columns) => [.. Enumerable.Range(0, rows).Select(_ => new double[columns])];

    private void Fill(double[] setpoints, int c)
    {
        setpoints.CopyTo(_values, 0);
        _disturbances.CopyTo(_values, setpoints.Length);
        var layout = _problem.Layout;
        for (int k = 0; k < _means.Length; k++)
        {
            _values[layout.Controlled + k] = _predictor.Surrogates[k].Variable.Restore(_means[k][c]);
        }

        _values[layout.InSpecification] = InSpecification(c);
        for (int q = 0; q < _problem.Quantities.Count; q++)
        {
            _values[layout.Quantities + q] = _problem.Quantities[q].Evaluate(_values);
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
