using Optimizer.Setpoints;

namespace Optimizer.Cycle;

/// <summary>
/// When failed writes take the loop down: 3 rejections in a row or 5 within an hour, 2 deviations in a row, one write
/// nobody answered, or 3 recommendations in a row that operators rejected.
/// </summary>
internal sealed class ShedRules
{
    private readonly Queue<DateTimeOffset> _rejections = new();
    private int _rejectedInRow, _deviatedInRow, _refusedInRow;

    /// <summary>Why to shed after this write ended; null: go on.</summary>
    public string? After(WriteAccount account, DateTimeOffset now)
    {
        string reason = account.Reason is null ? "" : $", last: {account.Reason}";
        switch (account.Fate)
        {
            case WriteFate.Verified:
                (_rejectedInRow, _deviatedInRow) = (0, 0);
                return null;
            case WriteFate.Rejected:
                _rejections.Enqueue(now);
                while (now - _rejections.Peek() > TimeSpan.FromHours(1))
                {
                    _rejections.Dequeue();
                }

                _rejectedInRow++;
                return _rejectedInRow >= 3 || _rejections.Count >= 5
                    ? $"{_rejectedInRow} writes in a row rejected, {_rejections.Count} within 1 h{reason}"
                    : null;
            case WriteFate.Deviated:
                return ++_deviatedInRow >= 2 ? $"{_deviatedInRow} writes in a row not verified{reason}" : null;
            case WriteFate.TimedOut:
                return $"a write got no answer{reason}";
            case WriteFate.Lost:
                return $"a write was lost at the gateway{reason}";
            default:
                return null;
        }
    }

    /// <summary>Why to shed after a person decided; null: go on.</summary>
    public string? After(OperatorDecision decision)
    {
        _refusedInRow = decision.Choice switch
        {
            OperatorChoice.Reject => _refusedInRow + 1,
            OperatorChoice.Defer => _refusedInRow,
            _ => 0,
        };
        return _refusedInRow >= 3 ? $"operators rejected {_refusedInRow} recommendations in a row, last: {decision.By.User}, {decision.ReasonCode} {decision.Comment}".TrimEnd() : null;
    }

    public void Reset()
    {
        _rejections.Clear();
        (_rejectedInRow, _deviatedInRow, _refusedInRow) = (0, 0, 0);
    }
}
