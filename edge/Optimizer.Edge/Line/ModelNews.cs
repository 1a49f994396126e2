using System.Globalization;
using Optimizer.Cycle;
using Optimizer.Mqtt;
using Optimizer.Surrogates;

namespace Optimizer.Edge.Line;

/// <summary>What others should know of the models.</summary>
internal static class ModelNews
{
    /// <summary>Null: the event is no news of a model.</summary>
    public static ModelEventMessage? Of(LineEvent e, LineLoop loop, string site) => e switch
    {
        SurrogatesAdopted a => new ModelEventMessage(Reference(a.Set, site), Kind(a.Set), a.At)
        {
            Reason = a.Set.Objections.Count == 0 ? a.Why : string.Join("; ", a.Set.Objections),
            Metrics = a.Set.Surrogates.ToDictionary(s => s.Variable.Name + ".rmse", s => s.Card.Rmse, StringComparer.Ordinal),
        },
        ChallengerRefused c => new ModelEventMessage(Reference(c.Set, site), ModelEventKind.Deactivated, c.At) { Reason = c.Reason },
        FitChanged { Verdict: > FitVerdict.Sound } f => new ModelEventMessage(
            Reference(loop.Surrogates, site), f.Verdict == FitVerdict.Failed ? ModelEventKind.DriftTrip : ModelEventKind.DriftWarn, f.At)
        {
            Reason = $"{f.Variable}: {f.Reason}",
        },
        TrainingFailed f => new ModelEventMessage(Reference(loop.Surrogates, site), ModelEventKind.TrainingFailed, f.At) { Reason = f.Reason },
        DecisionMade { Outcome: { Kind: DecisionKind.Held } o } d when o.Notes.FirstOrDefault(n => n.Guardrail == "model_domain") is { } note =>
            new ModelEventMessage(Reference(loop.Surrogates, site), ModelEventKind.OutOfDomain, d.At) { Reason = note.Text },
        _ => null,
    };

    public static ModelReference Reference(SurrogateSet? set, string site) =>
        new(site, (set?.Version ?? 0).ToString(CultureInfo.InvariantCulture), set?.Hash ?? "none");

    private static ModelEventKind Kind(SurrogateSet set) =>
        set.Objections.Count > 0 ? ModelEventKind.Loaded : set.Version > 1 ? ModelEventKind.Retrained : ModelEventKind.Activated;
}
