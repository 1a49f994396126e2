using Optimizer.Mqtt;

namespace Optimizer.Edge.Line;

/// <summary>Looks for retained commands before the worker connects: one would wait for the next gateway, or the next of us, however old it is by then.</summary>
internal static class RetainedCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>What was found, as a sentence; null: nothing, or the broker could not be asked, which is counted.</returns>
    public static async Task<string?> FindAsync(MqttLinkOptions connection, TopicTree topics, WorkerCounters counters, TimeProvider time, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            var found = await RetainedScan.FindAsync(connection, [topics.SetpointsBelow, topics.CommandsBelow], time, limit.Token);
            if (found.Count == 0)
            {
                return null;
            }

            string reason = $"{found.Count} retained where only commands belong, remove each by an empty retained message: {string.Join(", ", found.Take(5))}";
            counters.Refuse("retained_commands", reason);
            return reason;
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            counters.Refuse("retained_scan_failed", e.Message);
        }
        catch (OperationCanceledException)
        {
            // Stopped before it was through.
        }

        return null;
    }
}
