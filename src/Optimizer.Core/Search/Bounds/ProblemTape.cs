using MathNet.Numerics.LinearAlgebra;
using Optimizer.Objectives;
using Optimizer.Surrogates;

namespace Optimizer.Search;

/// <summary>
/// What <see cref="CandidateAssessor.Weigh(IReadOnlyList{double[]}, double, double, Span{double})"/> computes, written onto a tape: the
/// cost with its uncertainty, and each constraint's violation on its pessimistic side before it is cut off at 0. Variables are the setpoints,
/// then residual and spread of each surrogate that uses trees, which are bounded elsewhere.
/// </summary>
internal sealed class ProblemTape
{
    private readonly CandidateAssessor _assessor;
    private readonly TapeBuilder _tape;
    private readonly Dictionary<int, int> _values = [];
    private readonly int _setpoints;
    private readonly int[] _means, _levels;

    /// <exception cref="NotBoundedException">A term or a quantity cannot be bounded; the message names it.</exception>
    public ProblemTape(CandidateAssessor assessor, double caution)
    {
        _assessor = assessor;
        _setpoints = assessor.Stay.Setpoints.Length;
        var surrogates = assessor.Predictor.Surrogates;
        Treed = [.. Enumerable.Range(0, surrogates.Count).Where(k => surrogates[k].ResidualWeight > 0 && surrogates[k].Bags.Count > 0)];
        _tape = new TapeBuilder(_setpoints + (2 * Treed.Length));
        (_means, _levels) = (new int[surrogates.Count], new int[surrogates.Count]);
        var costErrors = new List<int>();
        for (int k = 0; k < surrogates.Count; k++)
        {
            WriteSurrogate(k, surrogates[k], costErrors);
        }

        WriteShare();
        for (int q = 0; q < assessor.Problem.Quantities.Count; q++)
        {
            WriteQuantity(q);
        }

        Cost = _tape.Linear(0, (1, WriteCost()), (caution, costErrors.Count == 0 ? _tape.Constant(0) : _tape.Norm(costErrors)));
        Violations = [.. assessor.Checks.Select(Violation)];
        Tape = _tape.Build();
    }

    public IntervalTape Tape { get; }

    /// <summary>Surrogates that use trees.</summary>
    public int[] Treed { get; }

    public int Cost { get; }

    public int[] Violations { get; }

    public int Setpoints => _setpoints;

    private void WriteSurrogate(int k, Surrogate surrogate, List<int> costErrors)
    {
        var (backbone, predictor) = (surrogate.Backbone, _assessor.Predictor);
        int p = backbone.TermCount, treed = Array.IndexOf(Treed, k);
        int[] terms = [.. backbone.Terms.Select(t => Term(surrogate, t))];
        var mean = new List<(double, int)>();
        double constant = backbone.Intercept + predictor.Levels[k];
        for (int t = 0; t < p; t++)
        {
            double slope = backbone.Coefficients[t] / backbone.Scale[t];
            mean.Add((slope, terms[t]));
            constant -= slope * backbone.Center[t];
        }

        List<int> errors = Errors(k, backbone, terms);
        if (treed >= 0)
        {
            mean.Add((surrogate.ResidualWeight, _tape.Variable(_setpoints + (2 * treed))));
            errors.Add(_tape.Scale(surrogate.ResidualWeight, _tape.Variable(_setpoints + (2 * treed) + 1)));
        }

        _means[k] = _tape.Linear(constant, [.. mean]);
        double calibration = predictor.Calibrations[k];
        costErrors.AddRange(errors.Select(e => _tape.Scale(_assessor.CostSlopes[k] * calibration, e)));
        _levels[k] = _tape.Scale(calibration, _tape.Norm([.. errors, _tape.Constant(Math.Sqrt(predictor.LevelVariances[k]))]));
        _values[_assessor.Problem.Layout.Controlled + k] = surrogate.Variable.Logarithmic
            ? _tape.Scale(1, _tape.Exponential(_means[k]), -surrogate.Variable.LogarithmOffset)
            : _means[k];
    }

    // d' S d is the squared length of E' d with S = E E': the error of the change from the reference.
    private List<int> Errors(int k, Backbone backbone, int[] terms)
    {
        double[] reference = _assessor.Predictor.ReferenceTerms[k];
        int p = terms.Length;
        var covariance = Matrix<double>.Build.Dense(p, p, (i, j) => (backbone.CovarianceMatrix[i, j] + backbone.CovarianceMatrix[j, i]) / 2);
        var eigen = covariance.Evd(Symmetricity.Symmetric);
        var errors = new List<int>();
        for (int e = 0; e < p; e++)
        {
            double deviation = Math.Sqrt(Math.Max(0, eigen.EigenValues[e].Real));
            var parts = new List<(double, int)>();
            double constant = 0;
            for (int t = 0; t < p && deviation > 0; t++)
            {
                double factor = deviation * eigen.EigenVectors[t, e];
                parts.Add((factor / backbone.Scale[t], terms[t]));
                constant -= factor * ((backbone.Center[t] / backbone.Scale[t]) + reference[t]);
            }

            errors.Add(_tape.Linear(constant, [.. parts]));
        }

        return errors;
    }

    private int Term(Surrogate surrogate, BackboneTerm term)
    {
        if (term.Formula is null)
        {
            throw new NotBoundedException($"the term {term.Name} of {surrogate.Variable.Name} is not written as a formula");
        }

        return Bounded($"the term {term.Name} of {surrogate.Variable.Name}", () => new FormulaTape(_tape, Input).Write(term.Formula));
    }

    private void WriteQuantity(int q)
    {
        var quantity = _assessor.Problem.Quantities[q];
        if (quantity.Formula is null)
        {
            throw new NotBoundedException($"the quantity {quantity.Name} is not written as a formula");
        }

        _values[_assessor.Problem.Layout.Quantities + q] = Bounded($"the quantity {quantity.Name}", () => new FormulaTape(_tape, Value).Write(quantity.Formula));
    }

    private static int Bounded(string what, Func<int> write)
    {
        try
        {
            return write();
        }
        catch (NotBoundedException e)
        {
            throw new NotBoundedException($"{what}: {e.Message}");
        }
    }

    private int Input(int position) => position < _setpoints ? _tape.Variable(position) : _tape.Constant(_assessor.Disturbances[position - _setpoints]);

    private int Value(int position)
    {
        var layout = _assessor.Problem.Layout;
        return position < layout.Controlled ? Input(position)
            : position >= layout.Prices && position < layout.InSpecification ? _tape.Constant(_assessor.PriceAt(position))
            : _values[position];
    }

    private void WriteShare()
    {
        int share = _tape.Constant(1);
        foreach (var check in _assessor.Checks)
        {
            if (check.Constraint.CountsInYield && check.Surrogate is { } k)
            {
                share = _tape.Multiply(share, _tape.NormalShare(_tape.Scale(1 / _assessor.Predictor.Surrogates[k].ProcessScatter, Room(check, k))));
            }
        }

        _values[_assessor.Problem.Layout.InSpecification] = share;
    }

    private int WriteCost()
    {
        var objective = _assessor.Problem.Objective;
        int cost = _tape.Scale(objective.Sign, _values[_assessor.Problem.Layout[objective.Quantity]]);
        foreach (var check in _assessor.Checks)
        {
            if (check.Constraint.Class == ConstraintClass.Preference)
            {
                double sign = check.Constraint.IsLowerLimit ? -1 : 1;
                int breach = _tape.Maximum(_tape.Constant(0), _tape.Scale(sign, Value(check.At), -sign * check.Constraint.Limit));
                cost = _tape.Linear(0, (1, cost), (check.Constraint.Weight, breach));
            }
        }

        return cost;
    }

    private int Room(ConstraintCheck check, int k) =>
        check.Constraint.IsLowerLimit ? _tape.Scale(1, _means[k], -check.LimitInScale) : _tape.Scale(-1, _means[k], check.LimitInScale);

    // The negative of ConstraintCheck.Distance.
    private int Violation(ConstraintCheck check)
    {
        if (check.Surrogate is not { } k)
        {
            double sign = check.Constraint.IsLowerLimit ? -1 : 1;
            return _tape.Scale(sign / check.Scale, Value(check.At), -sign * check.Constraint.Limit / check.Scale);
        }

        double sigmas = check.Constraint.Class == ConstraintClass.Safety ? CandidateAssessor.SafetySigmas : _assessor.Pessimism;
        double scatter = check.Constraint.Sigmas * _assessor.Predictor.Surrogates[k].ProcessScatter;
        return _tape.Linear(scatter / check.Scale, (-1 / check.Scale, Room(check, k)), (sigmas / check.Scale, _levels[k]));
    }
}
