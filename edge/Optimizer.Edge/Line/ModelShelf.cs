using Optimizer.Cycle;
using Optimizer.Learning.Store;
using Optimizer.Surrogates;

namespace Optimizer.Edge.Line;

/// <summary>Keeps the worker's models in the store: loads the champion at start, stores what the loop adopts, and follows a person who promotes or rolls back.</summary>
internal sealed class ModelShelf(ModelStore store)
{
    private readonly Dictionary<int, int> _stored = [];
    private readonly Queue<LineEvent> _waiting = [];
    private LineEvent? _warnedOf;
    private int? _followed;

    /// <summary>What a person should know of the models, one sentence.</summary>
    public Action<string>? Warned { get; set; }

    /// <summary>The stored champion, verified; null when there is none or it cannot be vouched for. Says which.</summary>
    public SurrogateSet? Load()
    {
        _followed = store.Champion;
        if (_followed is not { } version)
        {
            Warned?.Invoke("models: none stored, learning from the line");
            return null;
        }

        try
        {
            var set = store.Load(version);
            Warned?.Invoke($"models: version {version} loaded, trained at {set.TrainedAt:yyyy-MM-dd HH:mm}, hash {set.Hash[..12]}");
            return set;
        }
        catch (Exception e) when (e is ModelException or IOException or UnauthorizedAccessException)
        {
            Warned?.Invoke($"models: {e.Message}; starting without");
            return null;
        }
    }

    public int LastVersion => store.LastVersion;

    /// <summary>Stores what an event says of a model; what the disk does not take now is tried again at every <see cref="Follow"/>.</summary>
    public void Keep(LineEvent e)
    {
        if (e is ChallengerEntered or ChallengerRefused or SurrogatesAdopted)
        {
            _waiting.Enqueue(e);
            StoreWaiting();
        }
    }

    private void StoreWaiting()
    {
        while (_waiting.TryPeek(out var next))
        {
            try
            {
                Store(next);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                if (!ReferenceEquals(_warnedOf, next))
                {
                    // The loop goes on with what it holds in memory.
                    Warned?.Invoke($"models: not stored yet: {error.Message}");
                    _warnedOf = next;
                }

                return;
            }
            catch (ModelException error)
            {
                Warned?.Invoke($"models: not stored: {error.Message}");
            }

            _waiting.Dequeue();
        }
    }

    private void Store(LineEvent e)
    {
        switch (e)
        {
            case ChallengerEntered c:
                Stored(c.Set, c.At);
                break;
            case ChallengerRefused c:
                store.Refuse(Stored(c.Set, c.At), c.At, c.Reason);
                break;
            case SurrogatesAdopted a when Stored(a.Set, a.At) is var version && version != store.Champion && a.Set.Objections.Count == 0:
                store.Promote(version, a.At, "optimizer", a.Why);
                _followed = version;
                break;
        }
    }

    /// <summary>A person changed the champion while we run: the set to put in force, and who did it. Null: nobody did.</summary>
    public (SurrogateSet Set, string Why)? Follow()
    {
        StoreWaiting();
        if (_waiting.Count > 0 || store.Champion is not { } version || version == _followed)
        {
            return null;
        }

        _followed = version;
        try
        {
            var set = store.Load(version);
            var change = store.LastChange();
            return (set, $"{(change?.Fate == ModelFate.RolledBack ? "rolled back" : "promoted")} by {change?.By}{(change?.Reason is { } reason ? ": " + reason : "")}");
        }
        catch (Exception e) when (e is ModelException or IOException or UnauthorizedAccessException)
        {
            Warned?.Invoke($"models: version {version} was made champion and is not taken: {e.Message}");
            return null;
        }
    }

    // The version a set is stored under; another process may have taken its own meanwhile.
    private int Stored(SurrogateSet set, DateTimeOffset at)
    {
        if (!_stored.TryGetValue(set.Version, out int version))
        {
            _stored[set.Version] = version = store.Add(set, at);
        }

        return version;
    }
}
