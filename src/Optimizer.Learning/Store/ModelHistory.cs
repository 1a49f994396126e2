using System.Text;
using System.Text.Json;

namespace Optimizer.Learning.Store;

/// <summary>
/// What became of each model, one line of JSON for each change. A change of the champion is noted before it is made: the pointer tells whether
/// it was, and one that was not is undone by the next who writes.
/// </summary>
/// <param name="champion">The champion that the pointer names.</param>
internal sealed class ModelHistory(string file, Func<int?> champion, Action<string> step)
{
    /// <summary>Appends a line; it is on disk when this returns.</summary>
    public void Note(ModelEntry entry)
    {
        step("history");
        using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        // A line the power cut short stays alone: ours begins on a new one.
        stream.Seek(0, SeekOrigin.End);
        stream.Write(Encoding.UTF8.GetBytes((stream.Length > 0 ? "\n" : "") + JsonSerializer.Serialize(entry, ModelEntry.Json)));
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Undoes a last change that was noted and, because the power went, never made.</summary>
    public void Settle()
    {
        if (Noted() is { Count: > 0 } noted && noted[^1].Fate is ModelFate.Promoted or ModelFate.RolledBack && noted[^1].Version != champion())
        {
            Note(noted[^1] with { Fate = ModelFate.Undone, By = "optimizer", Reason = "the process ended before it was made" });
        }
    }

    /// <summary>Everything that happened, oldest first.</summary>
    public List<ModelEntry> Entries()
    {
        var entries = Noted();
        for (int n = entries.Count - 1; n > 0; n--)
        {
            if (entries[n].Fate == ModelFate.Undone)
            {
                entries.RemoveRange(n - 1, 2);
                n--;
            }
        }

        if (entries.Count > 0 && entries[^1].Fate is ModelFate.Promoted or ModelFate.RolledBack && entries[^1].Version != champion())
        {
            entries.RemoveAt(entries.Count - 1);
        }

        return entries;
    }

    private List<ModelEntry> Noted()
    {
        var entries = new List<ModelEntry>();
        foreach (string line in File.Exists(file) ? File.ReadAllLines(file) : [])
        {
            try
            {
                if (JsonSerializer.Deserialize<ModelEntry>(line, ModelEntry.Json) is { } entry)
                {
                    entries.Add(entry);
                }
            }
            catch (JsonException)
            {
                // Cut short by a power cut before its change was made or after: the pointer tells.
            }
        }

        return entries;
    }

    /// <summary>Champions in the order they reigned; a rollback ends the last reign.</summary>
    public List<int> Reign()
    {
        var reign = new List<int>();
        foreach (var entry in Entries())
        {
            if (entry.Fate == ModelFate.Promoted && (reign.Count == 0 || reign[^1] != entry.Version))
            {
                reign.Add(entry.Version);
            }
            else if (entry.Fate == ModelFate.RolledBack && reign.Count > 1)
            {
                reign.RemoveAt(reign.Count - 1);
            }
        }

        return reign;
    }
}
