using Optimizer.Cycle;
using Optimizer.Historian;

namespace Optimizer.Edge.Line;

/// <summary>Writes line events to the audit record and says when it cannot.</summary>
internal sealed class AuditTrail(AuditRecord record)
{
    /// <returns>True when the row is on disk, or the event needs none.</returns>
    public bool TryRecord(LineEvent e, out string? failure)
    {
        failure = null;
        if (AuditText.Row(e) is not var (kind, body))
        {
            return true;
        }

        try
        {
            record.Append(e.At, kind, body);
            return true;
        }
        catch (IOException io)
        {
            failure = io.Message;
            return false;
        }
    }
}
