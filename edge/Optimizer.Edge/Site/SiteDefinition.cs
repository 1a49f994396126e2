using Optimizer.Objectives;
using Optimizer.Plant;

namespace Optimizer.Edge.Site;

/// <summary>A site file as data: what the engineer wrote, checked for form and range but not yet put together.</summary>
public sealed record SiteDefinition
{
    public required string Name { get; init; }

    public required string Location { get; init; }

    public required string Unit { get; init; }

    /// <summary>Process time comes from the data.</summary>
    public required bool SourceClock { get; init; }

    public required OperatingMode StartMode { get; init; }

    public required OperatingMode Ceiling { get; init; }

    public required TelemetryForm Telemetry { get; init; }

    /// <summary>Further sources of online values, by name.</summary>
    public required IReadOnlyDictionary<string, TelemetryForm> Sources { get; init; }

    public required GatewayForm Gateway { get; init; }

    public required IReadOnlyList<TagForm> Tags { get; init; }

    public RunningForm? Running { get; init; }

    public required IReadOnlyList<ManipulatedVariable> Manipulated { get; init; }

    /// <summary>Where each manipulated variable's live setpoint comes from, in their order.</summary>
    public required IReadOnlyList<ReadbackForm> Readbacks { get; init; }

    public required IReadOnlyList<DisturbanceForm> Disturbances { get; init; }

    public required IReadOnlyList<SignalForm> Signals { get; init; }

    public CampaignForm? Campaign { get; init; }

    public required IReadOnlyList<FormulaForm> Features { get; init; }

    public required IReadOnlyList<ControlledForm> Controlled { get; init; }

    public required IReadOnlyList<PriceForm> Prices { get; init; }

    public required IReadOnlyList<FormulaForm> Quantities { get; init; }

    public required IReadOnlyList<ObjectiveForm> Objectives { get; init; }

    /// <summary>Name of the objective in force.</summary>
    public required string Objective { get; init; }

    public required IReadOnlyList<ConstraintForm> Constraints { get; init; }

    public required DecisionForm Decision { get; init; }

    /// <summary>How recordings of other people name and write things.</summary>
    public required RecordingForm Recording { get; init; }
}

public sealed record GatewayForm(string Id, TimeSpan Expiry, TimeSpan Lease, TimeSpan Watchdog)
{
    /// <summary>How setpoints go to a gateway that does not speak our contract; null: it does.</summary>
    public TranslationForm? Translation { get; init; }
}

/// <param name="Source">Topic part and key, see <see cref="TelemetryForm.Resolve"/>; null: a lab result.</param>
public sealed record TagForm(
    string Path, string Name, string? Source, string? SamplePoint, string? Analyte, string EngineeringUnit, double Low, double High,
    TimeSpan? Period, double Noise, bool Critical, bool SteadyKey)
{
    /// <summary>Name of the source in <c>sources</c>; null: <c>telemetry</c>.</summary>
    public string? Via { get; init; }

    /// <summary>Takes "42.5" for 42.5; null: as its source does, see <see cref="TelemetryForm.StringNumbers"/>.</summary>
    public bool? AllowStringNumbers { get; init; }

    public IReadOnlyDictionary<string, double> States { get; init; } = new Dictionary<string, double>();

    public int? VectorLength { get; init; }
}

/// <param name="Source">As of a tag.</param>
/// <param name="Via">As of a tag.</param>
public sealed record ReadbackForm(string Path, string Source, string? Via)
{
    /// <summary>Where a translated gateway takes the setpoint: metric, prefix of metrics, or node id; null: where it comes back.</summary>
    public string? WriteTo { get; init; }
}

public sealed record RunningForm(string Path, string Tag, double Value, TimeSpan Settling);

public sealed record DisturbanceForm(string Path, string Name, string Tag, TimeSpan Window, TimeSpan Lag, WindowStatistic Statistic);

public sealed record SignalForm(string Path, string Name, string Tag, TimeSpan Lag, TimeSpan Window, WindowStatistic Statistic);

public sealed record CampaignForm(string Path, string Tag, TimeSpan Settling);

/// <param name="EngineeringUnit">Empty for features.</param>
public sealed record FormulaForm(string Path, string Name, string EngineeringUnit, string Expression);

public sealed record ControlledForm(
    string Path, string Name, string Tag, TimeSpan? Aggregate, TimeSpan BiasTime, double? LogarithmOffset, IReadOnlyList<string> Terms, IReadOnlyList<GainForm> Gains)
{
    /// <summary>Names of signals.</summary>
    public IReadOnlyList<string> SoftSensor { get; init; } = [];

    public DeadTime? DeadTime { get; init; }

    public Coverage? Covers { get; init; }
}

public sealed record GainForm(string Path, string ManipulatedVariable, double Value, double PlusMinus, int Sign);

public sealed record PriceForm(string Path, string Name, double Value, string EngineeringUnit, string? Tag, TimeSpan Window);

public sealed record ObjectiveForm(string Path, string Name, string Quantity, bool Maximise, double MinimumBenefit);

public sealed record ConstraintForm(
    string Path, string Name, string Subject, double Limit, bool IsLowerLimit, ConstraintClass Class, double Sigmas, bool CountsInYield, double Weight);

public sealed record DecisionForm(
    TimeSpan Period, double TrustRadius, double Pessimism, double Caution, double Significance, int MovedAtOnce, int Candidates, int Refinements,
    double ModelDistance, int MinimumRows, TimeSpan Retrain, double SettledWithin);
