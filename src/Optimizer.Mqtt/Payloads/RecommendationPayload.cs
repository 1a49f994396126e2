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
    public static byte[] Encode(RecommendationMessage message) => PayloadForm.Encode(message);

    public static Decoded<RecommendationMessage> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<RecommendationMessage>(payload, 64 * 1024);
}
