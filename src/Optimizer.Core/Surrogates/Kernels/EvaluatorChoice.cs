namespace Optimizer.Surrogates;

/// <summary>Which evaluator was chosen and why, for the log. Without a clock or a number that changes from run to run, so that equal machines log equal lines.</summary>
/// <param name="Name">One of <see cref="EnsembleEvaluators.Names"/>.</param>
/// <param name="Reason">What of the machine and of the ensembles decided, in one line.</param>
public sealed record EvaluatorChoice(string Name, string Reason);
