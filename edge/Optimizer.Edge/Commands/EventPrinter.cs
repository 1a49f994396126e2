using System.Globalization;
using Optimizer.Cycle;
using Optimizer.Edge.Line;

namespace Optimizer.Edge.Commands;

/// <summary>One line per event, for engineers who read along.</summary>
internal static class EventPrinter
{
    public static void Print(LineEvent e)
    {
        if (Line(e) is { } line)
        {
            Console.WriteLine(line);
        }
    }

    /// <summary>One line, whatever stands in the event; null: nothing to say.</summary>
    public static string? Line(LineEvent e)
    {
        string? text = e switch
        {
            DecisionMade d => d.Outcome.Sentence,
            WriteEnded w => $"write {w.Account.Write.Sequence} {w.Account.Fate} {w.Account.Reason}",
            ModeChanged m => $"mode {m.State.Mode}: {m.State.Cause}",
            SurrogatesAdopted s => $"model {s.Set.Version}: " + string.Join("; ", s.Set.Surrogates.Select(k => string.Create(CultureInfo.InvariantCulture,
                $"{k.Variable.Name} n {k.Card.Rows} rmse {k.Card.Rmse:G3} last {k.Card.LastValueRmse:G3} scatter {k.Scatter:G3} rho {k.Correlation:F2} cal {k.Calibration:F2} trees {k.ResidualWeight:F2} signals {k.SoftSensor?.Skill ?? 0:F2} memory {k.BiasMemory.TotalHours:F1} h {k.Card.Unusable}"))),
            OperatorDecided o => $"{o.Decision.By.User}: {o.Decision.Choice.ToString().ToLowerInvariant()} {o.Decision.ReasonCode} {o.Refusal?.Text}".TrimEnd(),
            ModeRefused r => $"mode {r.Request.Mode} refused: {r.Refusal.Text}",
            AlarmChanged a => $"alarm {a.Alarm.Kind} {(a.Alarm.Active ? "raised" : "returned")}: {a.Alarm.Message}",
            TrainingFailed f => "training failed: " + f.Reason,
            _ => null,
        };
        return text is null ? null : string.Create(CultureInfo.InvariantCulture, $"{e.At:yyyy-MM-dd HH:mm} {OneLine.Of(text)}");
    }
}
