using Optimizer.Surrogates;

namespace Optimizer.Objectives;

/// <summary>One constraint bound to where its subject stands among the values.</summary>
internal sealed class ConstraintCheck
{
    private readonly double _limitInScale, _scale;
    private readonly Surrogate? _model;

    private ConstraintCheck(Constraint constraint, int at, int? surrogate, Surrogate? model)
    {
        (Constraint, At, Surrogate, _model) = (constraint, at, surrogate, model);
        _limitInScale = model?.Variable.Transform(constraint.Limit) ?? constraint.Limit;
        _scale = model?.ProcessScatter ?? Math.Max(Math.Abs(constraint.Limit), 1) * 0.02;
    }

    public Constraint Constraint { get; }

    /// <summary>The limit on the scale of <see cref="RoomInScale"/>, and what a distance is divided by.</summary>
    internal double LimitInScale => _limitInScale;

    internal double Scale => _scale;

    /// <summary>Position of the subject among the values.</summary>
    public int At { get; }

    /// <summary>Index of the surrogate when the subject is a controlled variable.</summary>
    public int? Surrogate { get; }

    public static ConstraintCheck For(Constraint constraint, OperatingProblem problem, IReadOnlyList<Surrogate> surrogates)
    {
        int at = problem.Layout[constraint.Subject];
        int k = at - problem.Layout.Controlled;
        return k >= 0 && k < surrogates.Count
            ? new ConstraintCheck(constraint, at, k, surrogates[k])
            : new ConstraintCheck(constraint, at, null, null);
    }

    /// <summary>Room between a mean and the limit, on the learning scale; below zero: beyond it.</summary>
    public double RoomInScale(double mean) => Constraint.IsLowerLimit ? mean - _limitInScale : _limitInScale - mean;

    /// <summary>
    /// Room left after process scatter (specification) and model error, in units of process scatter (controlled variables)
    /// or of 2 % of the limit (quantities, which are deterministic).
    /// </summary>
    public double Distance(double[] values, double[][] levelDeviations, int candidate, double pessimism, double safetySigmas)
    {
        if (Surrogate is not { } k || _model is null)
        {
            return (Constraint.IsLowerLimit ? values[At] - Constraint.Limit : Constraint.Limit - values[At]) / _scale;
        }

        double sigmas = Constraint.Class == ConstraintClass.Safety ? safetySigmas : pessimism;
        double guard = (Constraint.Sigmas * _model.ProcessScatter) + (sigmas * levelDeviations[k][candidate]);
        return (RoomInScale(_model.Variable.Transform(values[At])) - guard) / _scale;
    }

    /// <summary>How far the subject is beyond the limit, in its unit; 0 inside.</summary>
    public double Breach(double[] values) =>
        Math.Max(0, Constraint.IsLowerLimit ? Constraint.Limit - values[At] : values[At] - Constraint.Limit);
}
