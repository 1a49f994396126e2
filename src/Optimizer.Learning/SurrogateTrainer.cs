using Optimizer.Alignment;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>Trains one surrogate per controlled variable: backbone, gated tree residual, calibration, card.</summary>
/// <param name="designs">One per controlled variable of the unit, in its order.</param>
public sealed class SurrogateTrainer(ProcessUnit unit, IReadOnlyList<SurrogateDesign> designs, LearningOptions options) : ISurrogateTrainer
{
    // Errors are estimates themselves: on a hundred results a tenth is within chance.
    private const double Tolerance = 1.1;
    private const double MostFitCorrelation = 0.5;
    private const string Older = "older than the newest that are learned from";

    public SurrogateSet Train(IReadOnlyList<TrainingSet> sets, double[] reference, int version, DateTimeOffset at)
    {
        if (sets.Count != designs.Count)
        {
            throw new ArgumentException($"expected {designs.Count} training sets, found {sets.Count}");
        }

        Surrogate[] surrogates = [.. sets.Select((set, k) => Train(designs[k], unit.ControlledVariables[k], set, reference))];
        return new SurrogateSet(version, at, surrogates, SurrogateHash.Compute(surrogates));
    }

    private Surrogate Train(SurrogateDesign design, ControlledVariable variable, TrainingSet set, double[] reference)
    {
        TrainingRow[] rows = [.. set.Rows.TakeLast(options.MostRows)];
        double[] targets = [.. rows.Select(r => variable.Transform(r.Target))];
        var trial = ForwardTrial.Run(variable, ForwardFold.Make(design, rows, targets, options), targets, options);
        var fit = BackboneFit.Fit(design, rows, targets, options);
        // How far operation was off, over what a fit with levels by hindsight expects: from here on intervals start near right.
        double reach = new IntervalCalibration(trial.Scores).Factor;
        double[] scores = [.. trial.Scores.Select(z => z / reach)];
        var excluded = new Dictionary<string, int>(set.Excluded) { [BackboneFit.Outlier] = fit.Outliers };
        if (set.Rows.Count > rows.Length)
        {
            excluded[Older] = set.Rows.Count - rows.Length;
        }

        return new Surrogate
        {
            Variable = variable,
            Backbone = fit.Backbone,
            Bags = trial.TreeWeight > 0 ? ResidualTrees.Bag(rows, fit.Residuals, options) : [],
            ResidualWeight = trial.TreeWeight,
            SoftSensor = trial.Sensor,
            BiasMemory = trial.Memory,
            LearnedUntil = rows.Max(r => r.KnownAt),
            Scatter = reach * fit.Noise,
            ProcessScatter = ProcessScatter(variable, fit.Noise, targets),
            // Of what later results leave over, and of the fit's residuals as far as a level can be in doubt: neither alone is cautious.
            Correlation = Math.Max(trial.Correlation, Math.Min(fit.Correlation, MostFitCorrelation)),
            Scores = scores,
            Calibration = new IntervalCalibration(scores).Factor,
            Envelope = [.. Enumerable.Range(0, reference.Length).Select(i => (rows.Min(r => r.Inputs[i]), rows.Max(r => r.Inputs[i])))],
            Card = new SurrogateCard(
                rows.Length - fit.Outliers, excluded, trial.Rmse, trial.LastValueRmse, trial.TreeSkill, trial.Coverage90, Gains(fit, reference),
                Objection(fit.Breaches.Count > 0 ? fit.Breaches : SignContract.Breaches(fit, design, rows), trial)),
        };
    }

    // A model that foretells worse than repeating the last result has learned nothing that could steer.
    private static string? Objection(IReadOnlyList<string> breaches, ForwardTrial trial) =>
        breaches.Count > 0 ? string.Join("; ", breaches)
        : trial.Rmse > Tolerance * trial.LastValueRmse ? FormattableString.Invariant($"its error {trial.Rmse:G3} on later results is more than a tenth above the {trial.LastValueRmse:G3} of repeating the last value")
        : null;

    // What the product varies by, not what the instrument adds; never below half of what is seen, so a wrong noise figure stays harmless.
    private double ProcessScatter(ControlledVariable variable, double scatter, double[] targets)
    {
        double noise = unit.Tag(variable.Tag).Noise;
        if (variable.Logarithmic)
        {
            noise /= Math.Max(variable.Restore(targets.Average()), 1e-9);
        }

        return Math.Sqrt(Math.Max((scatter * scatter) - (noise * noise), 0.25 * scatter * scatter));
    }

    private Gain[] Gains(BackboneFit fit, double[] reference) => [.. unit.ManipulatedVariables.Select((m, i) =>
    {
        var (value, error) = fit.Gain(i, reference);
        return new Gain(m.Name, value, error);
    })];
}
