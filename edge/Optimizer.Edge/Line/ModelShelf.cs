using Optimizer.Cycle;
using Optimizer.Learning.Store;
using Optimizer.Surrogates;

namespace Optimizer.Edge.Line;

/// <summary>Keeps the worker's models in the store: loads the champion at start, stores what the loop adopts, and follows a person who promotes or rolls back.</summary>
internal sealed class ModelShelf(ModelStore store)
{
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

    /// <summary>Stores what an event says of a model.</summary>
    public void Keep(LineEvent e)
    {
        try
        {
            switch (e)
            {
                case ChallengerEntered c:
                    store.Add(c.Set, c.At);
                    break;
                case ChallengerRefused c:
                    AddOnce(c.Set, c.At);
                    store.Refuse(c.Set.Version, c.At, c.Reason);
                    break;
                case SurrogatesAdopted a when store.Champion != a.Set.Version:
                    AddOnce(a.Set, a.At);
                    if (a.Set.Objections.Count == 0)
                    {
                        store.Promote(a.Set.Version, a.At, "optimizer", a.Why);
                        _followed = a.Set.Version;
                    }

                    break;
            }
        }
        catch (Exception error) when (error is ModelException or IOException or UnauthorizedAccessException)
        {
            // The loop goes on with what it holds in memory; after a restart it would not be there.
            Warned?.Invoke($"models: not stored: {error.Message}");
        }
    }

    /// <summary>A person changed the champion while we run: the set to put in force, and who did it. Null: nobody did.</summary>
    public (SurrogateSet Set, string Why)? Follow()
    {
        if (store.Champion is not { } version || version == _followed)
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

    private void AddOnce(SurrogateSet set, DateTimeOffset at)
    {
        if (store.List().All(m => m.Version != set.Version))
        {
            store.Add(set, at);
        }
    }
}
