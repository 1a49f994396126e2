using Optimizer.Surrogates;

namespace Optimizer.Cycle;

/// <summary>
/// Training beside the loop. A result is adopted a fixed process time after its start, never earlier, so a run at full
/// speed and a run at plant speed adopt the same models at the same instant.
/// </summary>
/// <param name="waits">True when process time can outrun the training (time comes from the data): adoption then waits for it.</param>
internal sealed class TrainingLane(bool waits, TimeSpan allowance)
{
    private Task<SurrogateSet>? _task;
    private DateTimeOffset _due;

    public bool IsBusy => _task is not null;

    public void Start(Func<SurrogateSet> training, DateTimeOffset now)
    {
        _due = now + allowance;
        // A thread of its own: decisions need those of the pool, and must not wait behind a training.
        _task = Task.Factory.StartNew(
            () =>
            {
                Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
                return training();
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The finished training when it is due; null otherwise. Failures come back as the faulted task.</summary>
    public Task<SurrogateSet>? Collect(DateTimeOffset now)
    {
        if (_task is not { } task || now < _due || (!waits && !task.IsCompleted))
        {
            return null;
        }

        _task = null;
        ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        return task;
    }
}
