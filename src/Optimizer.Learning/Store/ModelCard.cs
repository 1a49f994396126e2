using System.Globalization;
using System.Text;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Learning.Store;

/// <summary>What a person must know of a model, as Markdown.</summary>
internal static class ModelCard
{
    public static string Write(string site, ProcessUnit unit, SurrogateSet set)
    {
        var card = new StringBuilder();
        void Line(FormattableString text) => card.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"# Model {set.Version} of {site}");
        Line($"");
        Line($"Trained at {set.TrainedAt:yyyy-MM-dd HH:mm} (process time), hash `{set.Hash}`.");
        Line($"");
        Line($"{(set.Objections.Count == 0 ? "May steer." : "Must not steer: " + string.Join("; ", set.Objections) + ".")}");
        foreach (var s in set.Surrogates)
        {
            string tag = unit.Tag(s.Variable.Tag).EngineeringUnit, scale = s.Variable.Logarithmic ? "ln(" + tag + ")" : tag;
            var c = s.Card;
            Line($"");
            Line($"## {s.Variable.Name}, {scale}");
            Line($"");
            Line($"- learned from {c.Rows} results until {s.LearnedUntil:yyyy-MM-dd HH:mm}; left out: {Excluded(c)}");
            Line($"- error on later results {c.Rmse:G3} (repeating the last value: {c.LastValueRmse:G3}); 90 % interval covered {100 * c.Coverage90:F0} %");
            Line($"- level follows results with a time constant of {s.BiasMemory.TotalHours:G3} h; scatter of one result {s.Scatter:G3}");
            Line($"- {(s.Bags.Count > 0 ? FormattableString.Invariant($"trees used at {s.ResidualWeight:P0}, they removed {c.TreeSkill:P0} of the squared error") : "no trees: they did not predict later results better")}");
            Line($"- {(s.SoftSensor is { } sensor ? FormattableString.Invariant($"fast signals removed {sensor.Skill:P0} of the squared error: {string.Join(", ", sensor.Signals)}") : "no soft sensor")}");
            Line($"");
            Line($"| setpoint | gain, {scale} per unit | standard error | known from | to |");
            Line($"|---|---|---|---|---|");
            for (int i = 0; i < unit.ManipulatedVariables.Count; i++)
            {
                var m = unit.ManipulatedVariables[i];
                var gain = c.Gains.FirstOrDefault(g => g.ManipulatedVariable == m.Name);
                Line($"| {m.Name}, {m.EngineeringUnit} | {gain.Value:G3} | {gain.StandardError:G2} | {s.Envelope[i].Low:G5} | {s.Envelope[i].High:G5} |");
            }
        }

        return card.ToString();
    }

    private static string Excluded(SurrogateCard card) =>
        card.Excluded.Values.Sum() == 0 ? "none" : string.Join(", ", card.Excluded.Where(e => e.Value > 0).Select(e => $"{e.Value} {e.Key}"));
}
