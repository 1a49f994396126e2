using System.Runtime.InteropServices;

namespace Optimizer.Historian;

/// <summary>
/// Stores history off the hot path, in batches: who offers an entry never waits for the disk. When the disk does not keep up or does not take
/// anything, what may go is dropped and counted; what must stay waits here. Thread-safe.
/// </summary>
public sealed class HistoryRecorder : IAsyncDisposable
{
    /// <summary>Longest time an entry waits for others to share its transaction.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly HistoryStore _store;
    private readonly TimeProvider _time;
    private readonly int _capacity;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _urgent = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;
    private List<HistoryEntry> _waiting = [], _spare = [];
    private List<TaskCompletionSource<bool>> _watchers = [];
    private long _stored, _dropped;
    private bool _busy;

    /// <param name="capacity">Entries that may wait. Those that must stay may be as many again. Default 65,536, range 1 to 16 million.</param>
    public HistoryRecorder(HistoryStore store, TimeProvider time, int capacity = 65_536)
    {
        (_store, _time, _capacity) = (store, time, capacity);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Told once when storing begins to fail, and once when it works again, in one sentence.</summary>
    public Action<string>? Warned { get; set; }

    public HistoryStore Store => _store;

    /// <summary>Why nothing is stored at present; null: it is.</summary>
    public string? Trouble { get; private set; }

    public long Stored => Interlocked.Read(ref _stored);

    /// <summary>Entries for which there was no room.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Entries not stored yet.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <param name="mustStay">Its source believes it delivered once this process says so.</param>
    /// <returns>False: there was no room; it is counted.</returns>
    public bool Offer(in HistoryEntry entry, bool mustStay)
    {
        lock (_gate)
        {
            if (_waiting.Count >= (mustStay ? 2 * _capacity : _capacity))
            {
                _dropped++;
                return false;
            }

            _waiting.Add(entry);
            if (_waiting.Count == _capacity / 4)
            {
                _urgent.Release();
            }

            return true;
        }
    }

    /// <summary>Waits until everything offered before is on disk, or could not be stored.</summary>
    /// <returns>False: it could not, and waits here to be tried again; <see cref="Trouble"/> says why.</returns>
    public Task<bool> FlushAsync()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0 && !_busy)
            {
                return Task.FromResult(true);
            }

            var watcher = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Add(watcher);
            _urgent.Release();
            return watcher.Task;
        }
    }

    /// <summary>Stores what waits, as far as the disk takes it, and ends. The store stays open.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _urgent.Release();
        await _writing;
        _stop.Dispose();
        _urgent.Dispose();
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            bool last = _stop.IsCancellationRequested;
            if (!last)
            {
                await _urgent.WaitAsync(Linger);
            }

            bool stored = Write();
            if (last)
            {
                return;
            }

            if (!stored)
            {
                await Task.Delay(Retry, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private bool Write()
    {
        List<HistoryEntry> batch;
        List<TaskCompletionSource<bool>> watchers;
        lock (_gate)
        {
            if (_waiting.Count == 0 && _watchers.Count == 0)
            {
                return true;
            }

            (batch, _waiting, _spare) = (_waiting, _spare, []);
            (watchers, _watchers) = (_watchers, []);
            _busy = batch.Count > 0;
        }

        string? trouble = batch.Count > 0 ? TryStore(batch) : Trouble;
        lock (_gate)
        {
            if (trouble is not null)
            {
                batch.AddRange(_waiting);
                (_waiting, batch) = (batch, _waiting);
            }

            batch.Clear();
            (_spare, _busy) = (batch, false);
        }

        Tell(trouble);
        watchers.ForEach(w => w.SetResult(trouble is null));
        return trouble is null;
    }

    private string? TryStore(List<HistoryEntry> batch)
    {
        try
        {
            _store.Append(CollectionsMarshal.AsSpan(batch));
            Interlocked.Add(ref _stored, batch.Count);
            return null;
        }
        catch (StoreException e)
        {
            return e.Message;
        }
    }

    private void Tell(string? trouble)
    {
        bool was = Trouble is not null;
        Trouble = trouble;
        if (was != trouble is not null)
        {
            Warned?.Invoke(trouble is null ? "history: stored again" : $"history: not stored: {trouble}; decisions go on from memory");
        }
    }
}
