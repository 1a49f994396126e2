using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Optimizer.Cycle;
using Optimizer.Objectives;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Edge.Line;

/// <summary>What a row says beside the event itself: what was in force before it, and by which site file and model.</summary>
/// <param name="Mode">Mode before the event; null: unknown.</param>
/// <param name="Model">Hash of the set in force before it; null: none.</param>
internal sealed record AuditContext(string SiteHash, LineLoop? Loop, ModeState? Mode, string? Model);

/// <summary>The row a life begins with.</summary>
/// <param name="Limits">Every limit by name, in engineering units.</param>
internal sealed record StartText(
    string? Version, long Epoch, string Site, string SiteHash, OperatingMode Mode, int? Model, string? ModelHash, IReadOnlyDictionary<string, double> Limits);

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

    public static (string Kind, string Body)? Row(LineEvent e, AuditContext context) => e switch
    {
        DecisionMade d => ("decision", Json(Decision(d.Outcome, context))),
        SendWrite { Write.Kind: RequestKind.Renew } => null,
        SendWrite s => (s.Write.Kind == RequestKind.Release ? "release" : "write", With(s.Write.ToRequest(), ("site_hash", context.SiteHash), ("model_hash", context.Loop?.Surrogates?.Hash))),
        Acknowledged { Acknowledgement.State: AcknowledgementState.Received } => null,
        Acknowledged a => ("ack", Json(a.Acknowledgement)),
        WriteEnded w => ("write_ended", Json(new { w.Account.Write.Id, w.Account.Fate, w.Account.Attempts, w.Account.Reason })),
        ModeChanged m => ("mode", With(m.State, ("before", context.Mode?.Mode.ToString().ToLowerInvariant()))),
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
            Before = context.Model,
            s.Why,
            Cards = s.Set.Surrogates.ToDictionary(k => k.Variable.Name, k => k.Card),
        })),
        _ => throw new InvalidOperationException($"no audit text for {e.GetType().Name}"),
    };

    /// <summary>Every limit of a line, by name.</summary>
    public static IReadOnlyDictionary<string, double> Limits(LineDefinition line)
    {
        var limits = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var v in line.Unit.ManipulatedVariables)
        {
            (string, double)[] own =
            [
                ("engineering_low", v.EngineeringLow), ("engineering_high", v.EngineeringHigh), ("operator_low", v.OperatorLow), ("operator_high", v.OperatorHigh),
                ("max_move", v.MaxMove), ("travel_8h", v.MaxTravelPer8Hours), ("travel_24h", v.MaxTravelPer24Hours), ("ramp_per_minute", v.RampPerMinute), ("dwell_minutes", v.Dwell.TotalMinutes),
            ];
            own.ToList().ForEach(l => limits[$"{v.Name}.{l.Item1}"] = l.Item2);
        }

        foreach (var c in line.Problem.Constraints)
        {
            limits[$"constraint.{c.Name}"] = c.Limit;
        }

        return limits;
    }

    /// <summary>Reads the row of an earlier life back; null: there is none, or none of ours.</summary>
    public static StartText? Start(string? body)
    {
        try
        {
            return body is null ? null : JsonSerializer.Deserialize<StartText>(body, Form);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string Json(object value) => JsonSerializer.Serialize(value, Form);

    private static string With(object value, params (string Name, string? Text)[] more)
    {
        var node = (JsonObject)JsonSerializer.SerializeToNode(value, value.GetType(), Form)!;
        foreach (var (name, text) in more.Where(m => m.Text is not null))
        {
            node[name] = text;
        }

        return node.ToJsonString(Form);
    }

    private static string? Inputs(CycleOutcome o, LineLoop? loop) => loop?.LastInput is { } input && ReferenceEquals(loop.LastOutcome, o) && input.Snapshot.At == o.At ? InputHash.Of(input) : null;

    private static object Decision(CycleOutcome o, AuditContext context) => new
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
        Proof = o.Certificate,
        o.Binding,
        context.SiteHash,
        ModelHash = context.Loop?.Surrogates?.Hash,
        InputsHash = Inputs(o, context.Loop),
    };

    private static object Prediction(ControlledPrediction p) => new { Cv = p.Variable, p.Mean, Lo = p.Low, Hi = p.High };
}
