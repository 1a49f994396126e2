using System.Globalization;
using Optimizer.Plant;

namespace Optimizer.Setpoints;

/// <summary>Which recommendation a person may act on now, and what became of those before it.</summary>
public sealed class RecommendationBook
{
    private const int Remembered = 256;

    private readonly Dictionary<string, string> _closed = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>The newest one, unless somebody decided on it; null: none. It may have expired.</summary>
    public Recommendation? Open { get; private set; }

    /// <summary>A newer one replaces the open one.</summary>
    /// <param name="written">It goes out without asking anybody: there is nothing left to decide.</param>
    public void Publish(Recommendation recommendation, bool written)
    {
        if (Open is { } older)
        {
            Close(older, $"was superseded by {recommendation.Id}");
        }

        Open = recommendation;
        if (written)
        {
            Close(recommendation, "was written without approval");
        }
    }

    /// <summary>The recommendation of that id when a person may still act on it.</summary>
    public Recommendation? Find(string id, DateTimeOffset now, out Refusal? refusal)
    {
        refusal = null;
        if (Open is not { } open || open.Id != id)
        {
            refusal = _closed.TryGetValue(id, out string? became)
                ? new Refusal(became.Contains("superseded", StringComparison.Ordinal) ? "superseded" : "already_decided", $"recommendation {id} {became}")
                : new Refusal("unknown_recommendation", $"recommendation {id} is not known here");
            return null;
        }

        if (now > open.ValidUntil)
        {
            refusal = new Refusal("expired", string.Create(CultureInfo.InvariantCulture, $"recommendation {id} was valid until {open.ValidUntil:yyyy-MM-dd HH:mm:ss}, now {now:HH:mm:ss}"));
            return null;
        }

        return open;
    }

    /// <summary>Somebody decided on the open one.</summary>
    public void Decided(OperatorDecision decision, DateTimeOffset now) => Close(Open!, string.Create(
        CultureInfo.InvariantCulture, $"was {Word(decision.Choice)} by {decision.By.User} at {now:HH:mm:ss}"));

    private static string Word(OperatorChoice choice) => choice switch
    {
        OperatorChoice.Accept => "accepted",
        OperatorChoice.Reject => "rejected",
        OperatorChoice.Modify => "modified",
        _ => "deferred",
    };

    private void Close(Recommendation recommendation, string became)
    {
        Open = null;
        if (_closed.TryAdd(recommendation.Id, became))
        {
            _order.Enqueue(recommendation.Id);
        }

        if (_order.Count > Remembered)
        {
            _closed.Remove(_order.Dequeue());
        }
    }
}
