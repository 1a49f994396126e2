using Optimizer.Plant;

namespace Optimizer.Mqtt;

/// <summary><c>rec/{unit}</c>: what an operator needs to accept a move, and an auditor to understand it later.</summary>
public sealed record RecommendationMessage(
    string RecommendationId, string Unit, DateTimeOffset CreatedAt, DateTimeOffset ValidUntil, OperatingMode Mode, ModelReference Model, RecommendationBasis Basis,
    IReadOnlyList<RecommendedMove> Moves, PredictedBenefit Predicted, bool RequiresApproval)
{
    public string? Supersedes { get; init; }

    public IReadOnlyList<string>? Reasons { get; init; }
}

public sealed record ModelReference(string Id, string Version, string Sha256);

/// <param name="From">Start of the data behind it.</param>
/// <param name="InDomain">The move stays within what the models were trained on.</param>
public sealed record RecommendationBasis(DateTimeOffset From, DateTimeOffset To, bool Steady, double? RMax = null, double? GoodFraction = null, bool? InDomain = null);

/// <param name="LimitedBy">none, hard, operator, rate, per_move, deadband or windup.</param>
public sealed record RecommendedMove(string Mv, double From, double To, string Unit, double? Target = null, string? LimitedBy = null);

public sealed record PredictedBenefit(double Benefit, double BenefitSe, string Unit, IReadOnlyList<PredictedVariable>? Cvs = null);

public sealed record PredictedVariable(string Cv, double Now, double Next, double? Lo = null, double? Hi = null);

public static class RecommendationPayload
{
    private const int Largest = 64 * 1024;
    private const int MostMoves = 64;
    private const int MostReasons = 20;
    private const int LongestReason = 200;
    private static readonly string[] Limits = ["none", "hard", "operator", "rate", "per_move", "deadband", "windup"];

    public static byte[] Encode(RecommendationMessage message) => PayloadForm.Encode(message with
    {
        Predicted = message.Predicted with { Cvs = message.Predicted.Cvs is { } cvs ? [.. cvs.Where(c => double.IsFinite(c.Now) && double.IsFinite(c.Next)).Select(Finite)] : null },
        Reasons = message.Reasons is { } reasons ? [.. reasons.Take(MostReasons).Select(r => PayloadForm.Cut(r, LongestReason)!)] : null,
    });

    private static PredictedVariable Finite(PredictedVariable c) => c with { Lo = PayloadForm.Finite(c.Lo), Hi = PayloadForm.Finite(c.Hi) };

    public static Decoded<RecommendationMessage> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<RecommendationMessage>(payload, Largest).Then(m =>
        Wrong(m) is { } wrong ? Decoded<RecommendationMessage>.Wrong(wrong) : Decoded<RecommendationMessage>.Right(m));

    private static string? Wrong(RecommendationMessage m) =>
        !PayloadForm.IsId(m.RecommendationId) ? $"$.recommendation_id \"{PayloadForm.Short(m.RecommendationId)}\", expected a version 7 UUID"
        : m.Moves.Count is 0 or > MostMoves ? $"$.moves of {m.Moves.Count}, expected 1 to {MostMoves}"
        : m.Moves.Any(v => v is null || !TopicTree.IsIdentifier(v.Mv)) ? "$.moves has an item without an identifier"
        : m.Moves.FirstOrDefault(v => v.LimitedBy is { } limit && !Limits.Contains(limit)) is { } odd ? $"$.moves: limited_by \"{PayloadForm.Short(odd.LimitedBy!)}\", expected one of {string.Join(", ", Limits)}"
        : null;
}
