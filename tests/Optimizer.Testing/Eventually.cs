namespace Optimizer.Testing;

/// <summary>Waits for what must come true, without sleeping for luck.</summary>
public static class Eventually
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    /// <exception cref="TimeoutException">It did not within <paramref name="patience"/>; the message names what was awaited.</exception>
    public static async Task TrueAsync(Func<bool> condition, TimeSpan patience, CancellationToken cancel, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string what = "")
    {
        using var limit = new CancellationTokenSource(patience, TimeProvider.System);
        while (!condition())
        {
            cancel.ThrowIfCancellationRequested();
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"not within {patience.TotalSeconds:F0} s: {what}");
            }

            await Task.Delay(Look, TimeProvider.System, cancel);
        }
    }
}
