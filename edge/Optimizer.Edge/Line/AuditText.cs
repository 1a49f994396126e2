using System.Text.Json;
using System.Text.Json.Serialization;
using Optimizer.Cycle;
using Optimizer.Objectives;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Edge.Line;

/// <summary>A line event as a row of the audit record: kind and JSON body. Renewals are no state change and have no row.</summary>
internal static class AuditText
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static (string Kind, string Body)? Row(LineEvent e) => e switch
    {
        DecisionMade d => ("decision", Json(Decision(d.Outcome))),
        SendWrite { Write.Kind: RequestKind.Renew } => null,
        SendWrite s => (s.Write.Kind == RequestKind.Release ? "release" : "write", Json(s.Write.ToRequest())),
        Acknowledged { Acknowledgement.State: AcknowledgementState.Received } => null,
        Acknowledged a => ("ack", Json(a.Acknowledgement)),
        WriteEnded w => ("write_ended", Json(new { w.Account.Write.Id, w.Account.Fate, w.Account.Attempts, w.Account.Reason })),
        ModeChanged m => ("mode", Json(m.State)),
        ModeRefused r => ("mode_refused", Json(new { r.Request, r.Refusal })),
        OperatorDecided o => ("operator", Json(new { o.Decision, o.Refusal, o.Lockouts })),
        AlarmChanged a => ("alarm", Json(a.Alarm)),
        TrainingStarted t => ("training", Json(new { t.Rows })),
        TrainingFailed f => ("training_failed", Json(new { f.Reason })),
        ChallengerEntered c => ("challenger", Json(new { c.Set.Version, c.Set.Hash })),
        ChallengerRefused c => ("challenger_refused", Json(new { c.Set.Version, c.Set.Hash, c.Reason })),
        FitChanged f => ("fit", Json(new { f.Variable, f.Verdict, f.Reason })),
        SurrogatesAdopted s => ("model", Json(new
        {
            s.Set.Version,
            s.Set.Hash,
            s.Set.TrainedAt,
            s.Why,
            Cards = s.Set.Surrogates.ToDictionary(k => k.Variable.Name, k => k.Card),
        })),
        _ => throw new InvalidOperationException($"no audit text for {e.GetType().Name}"),
    };

    private static object Decision(CycleOutcome o) => new
    {
        o.Kind,
        o.Sentence,
        Objective = o.Stay?.Objective,
        Target = o.Target?.Objective,
        TargetSetpoints = o.Target?.Setpoints,
        Benefit = o.Move?.Evidence.Benefit,
        BenefitSe = o.Move?.Evidence.BenefitDeviation,
        Moves = o.Move?.Items.Select(i => new { Mv = i.Variable.Name, i.From, i.To, i.Target }),
        Predicted = o.Step?.Controlled.Select(Prediction) ?? o.Stay?.Controlled.Select(Prediction),
        Margins = (o.Step ?? o.Stay)?.Margins,
        o.Notes,
        SetpointId = o.Write?.Id,
        RecommendationId = o.Recommendation?.Id ?? o.Approval?.Recommendation.Id,
        ApprovedBy = o.Approval?.By,
        o.Candidates,
    };

    private static object Prediction(ControlledPrediction p) => new { Cv = p.Variable, p.Mean, Lo = p.Low, Hi = p.High };

    private static string Json(object value) => JsonSerializer.Serialize(value, Form);
}
