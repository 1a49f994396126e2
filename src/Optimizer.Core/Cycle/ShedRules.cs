using Optimizer.Setpoints;

namespace Optimizer.Cycle;

/// <summary>
/// When failed writes take the loop down: 3 rejections in a row or 5 within an hour, 2 deviations in a row, or one write
/// nobody answered.
/// </summary>
internal sealed class ShedRules
{
    private readonly Queue<DateTimeOffset> _rejections = new();
    private int _rejectedInRow, _deviatedInRow;

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

    public void Reset()
    {
        _rejections.Clear();
        (_rejectedInRow, _deviatedInRow) = (0, 0);
    }
}
