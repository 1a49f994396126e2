using Optimizer.Surrogates;

namespace Optimizer.Cycle;

/// <summary>
/// Champion against challenger on results that neither learned from, each predicted as operation would have: the challenger
/// must not be worse over all controlled variables together, nor much worse on one.
/// </summary>
/// <param name="Results">Results of the variable that has fewest.</param>
/// <param name="Ratio">Geometric mean over the variables of the challenger's squared error over the champion's.</param>
/// <param name="Worst">Largest of those, and its variable.</param>
public sealed record ChallengerTrial(int Results, double Ratio, (string Variable, double Ratio) Worst)
{
    /// <summary>Results of each variable before anything is decided.</summary>
    public const int FewestResults = 6;

    /// <summary>Results after which a challenger that has not won is refused.</summary>
    public const int MostResults = 18;

    // On so few results one variable's errors differ by half through luck alone.
    private const double MostWorse = 1.5;

    // Counts like so many average results on both sides: two lucky results must not decide.
    private const double PriorResults = 3;

    public bool Wins => Results >= FewestResults && Ratio <= 1 && Worst.Ratio <= MostWorse;

    public bool Loses => Results >= MostResults && !Wins;

    public string Text => FormattableString.Invariant(
        $"squared error {Ratio:F2} of the champion's on {Results} new results, worst {Worst.Ratio:F2} for {Worst.Variable}");

    internal static ChallengerTrial Judge(LineMemory memory, SurrogateSet champion, SurrogateSet challenger, DateTimeOffset now)
    {
        int fewest = int.MaxValue;
        double logs = 0;
        (string Variable, double Ratio) worst = ("none", 0);
        for (int k = 0; k < champion.Surrogates.Count; k++)
        {
            Surrogate old = champion.Surrogates[k], young = challenger.Surrogates[k];
            var (results, before) = Errors(memory, old, challenger.TrainedAt, now);
            var (_, after) = Errors(memory, young, challenger.TrainedAt, now);
            double prior = PriorResults * old.Scatter * old.Scatter;
            double ratio = (after + prior) / (before + prior);
            fewest = Math.Min(fewest, results);
            logs += Math.Log(ratio);
            worst = ratio > worst.Ratio ? (old.Variable.Name, ratio) : worst;
        }

        return new ChallengerTrial(fewest, Math.Exp(logs / champion.Surrogates.Count), worst);
    }

    // One gross error in the laboratory must not decide either.
    private static (int Results, double Squares) Errors(LineMemory memory, Surrogate surrogate, DateTimeOffset since, DateTimeOffset now)
    {
        var follower = new LevelFollower(surrogate);
        int results = 0;
        double squares = 0, cut = 4 * surrogate.Scatter;
        foreach (var row in memory.Results(surrogate, since, now))
        {
            var forecast = follower.Take(row);
            if (row.KnownAt > since)
            {
                double error = Math.Clamp(surrogate.Variable.Transform(row.Target) - forecast.Mean, -cut, cut);
                squares += error * error;
                results++;
            }
        }

        return (results, squares);
    }
}
