using Optimizer.Guardrails;
using Optimizer.Objectives;
using Optimizer.Plant;
using Optimizer.Search;
using Optimizer.Setpoints;

namespace Optimizer.Cycle;

/// <summary>One line as the engineer declared it, ready to run.</summary>
/// <param name="Problem">The unit, its objective and its constraints.</param>
/// <param name="Prices">Where each price comes from.</param>
/// <param name="Ceiling">Highest mode this site may ever reach.</param>
public sealed record LineDefinition(
    OperatingProblem Problem, CycleSettings Settings, GuardrailLimits Guardrails, WriteTerms Terms, IReadOnlyList<PriceSource> Prices, OperatingMode Ceiling)
{
    public ProcessUnit Unit => Problem.Unit;

    /// <summary>Why the ceiling is lower than the site's own; null: it is not.</summary>
    public string? CeilingReason { get; init; }
}

/// <param name="Tag">Tag whose window mean is the price; null: the value is fixed.</param>
public sealed record PriceSource(string Name, double Value, string? Tag, TimeSpan Window);

/// <summary>How often and how boldly the loop decides.</summary>
public sealed record CycleSettings
{
    /// <summary>Time between two decisions. Default 1 h, range 10 s to 24 h.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Half-width of the trust region as a share of each variable's span. Default 0.08, range 0.005 to 0.5.</summary>
    public double TrustRadius { get; init; } = 0.08;

    /// <summary>Standard deviations of model error kept from specification limits. Default 1.0, range 0 to 3.</summary>
    public double Pessimism { get; init; } = 1.0;

    public SearchBudget Search { get; init; } = SearchBudget.Default;

    /// <summary>Time between two trainings. Default 6 h.</summary>
    public TimeSpan Retrain { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Process time between the start of a training and the adoption of its result. Default 10 min.</summary>
    public TimeSpan TrainingAllowance { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Observations that every controlled variable needs before the first training. Default 60.</summary>
    public int MinimumRows { get; init; } = 60;

    /// <summary>How far back the historian reaches. Default 60 days.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(60);

    /// <summary>Spacing of the values that steadiness is judged by. Default 60 s.</summary>
    public TimeSpan SteadySpacing { get; init; } = TimeSpan.FromMinutes(1);
}
