using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Mqtt;

/// <summary><c>cmd/rec</c>: a person accepts, rejects, modifies or defers a recommendation.</summary>
public sealed record DecisionCommandMessage(OperatorDecision Decision, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

public static class DecisionPayload
{
    private const int MostMoves = 64;
    private const int LongestComment = 500;

    public static byte[] Encode(DecisionCommandMessage m) => PayloadForm.Encode(new Body(
        m.Decision.CommandId, m.Decision.RecommendationId, m.Decision.Choice, m.Decision.By, m.IssuedAt, m.ExpiresAt)
    {
        Moves = m.Decision.Moves.Count == 0 ? null : [.. m.Decision.Moves.Select(a => new MoveBody(a.Variable, a.To))],
        ReasonCode = m.Decision.ReasonCode,
        Comment = PayloadForm.Cut(m.Decision.Comment, LongestComment),
    });

    public static Decoded<DecisionCommandMessage> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<Body>(payload, PayloadForm.LargestCommand).Then(b => Wrong(b) is { } wrong
        ? Decoded<DecisionCommandMessage>.Wrong(wrong)
        : Decoded<DecisionCommandMessage>.Right(new DecisionCommandMessage(
            new OperatorDecision(b.CommandId, b.RecommendationId, b.Decision, b.By)
            {
                Moves = [.. (b.Moves ?? []).Select(m => new AskedSetpoint(m.Mv, m.To))],
                ReasonCode = b.ReasonCode,
                Comment = b.Comment,
            }, b.IssuedAt, b.ExpiresAt)));

    private static string? Wrong(Body b) =>
        !PayloadForm.IsId(b.CommandId) ? $"$.command_id \"{PayloadForm.Short(b.CommandId)}\", expected a version 7 UUID"
        : !PayloadForm.IsId(b.RecommendationId) ? $"$.recommendation_id \"{PayloadForm.Short(b.RecommendationId)}\", expected a version 7 UUID"
        : b.ReasonCode is { } code && !TopicTree.IsIdentifier(code) ? $"$.reason_code \"{PayloadForm.Short(code)}\", expected an identifier"
        : b.Comment is { Length: > LongestComment } ? $"$.comment of {b.Comment.Length} characters, at most {LongestComment}"
        : b.Decision == OperatorChoice.Reject && b.ReasonCode is null ? "$.reason_code is missing: a rejection says why"
        : WrongMoves(b) ?? PayloadForm.CheckActor(b.By, "$.by");

    private static string? WrongMoves(Body b)
    {
        var moves = b.Moves ?? [];
        return b.Decision == OperatorChoice.Modify && moves.Length == 0 ? "$.moves is missing or empty: modify says what is wanted instead"
            : b.Decision != OperatorChoice.Modify && b.Moves is not null ? "$.moves belongs to modify only"
            : moves.Length > MostMoves ? $"$.moves of {moves.Length}, at most {MostMoves}"
            : moves.Any(m => m is null || !TopicTree.IsIdentifier(m.Mv) || !double.IsFinite(m.To)) ? "$.moves has an item without an identifier and a finite value"
            : moves.Select(m => m.Mv).Distinct(StringComparer.Ordinal).Count() != moves.Length ? "$.moves names a variable twice"
            : null;
    }

    private sealed record Body(string CommandId, string RecommendationId, OperatorChoice Decision, Actor By, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
    {
        public MoveBody[]? Moves { get; init; }

        public string? ReasonCode { get; init; }

        public string? Comment { get; init; }
    }

    private sealed record MoveBody(string Mv, double To);
}
