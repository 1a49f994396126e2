using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Optimizer.Plant;
using Optimizer.Surrogates;

namespace Optimizer.Learning.Store;

/// <summary>
/// The models of a line on disk: one folder for each version, a pointer to the champion, and a history of what became of each. A
/// model is written beside and moved into place whole, the pointer is replaced in one step: whenever the power goes, the
/// champion that was, or the one that is, can be loaded.
/// </summary>
/// <remarks>Several processes may read; who changes something holds a lock meanwhile. Nothing is loaded that its signed manifest does not vouch for.</remarks>
public sealed class ModelStore : IDisposable
{
    private const string Pointer = "champion", HistoryFile = "history.jsonl", Lock = "store.lock";
    private const int Kept = 20;

    private readonly string _folder, _site;
    private readonly ProcessUnit _unit;
    private readonly IReadOnlyList<SurrogateDesign> _designs;
    private readonly ModelKey _key;
    private readonly Action<string>? _beforeStep;
    private readonly ModelHistory _history;

    private ModelStore(string folder, string site, ProcessUnit unit, IReadOnlyList<SurrogateDesign> designs, ModelKey key, Action<string>? beforeStep)
    {
        (_folder, _site, _unit, _designs, _key, _beforeStep) = (folder, site, unit, designs, key, beforeStep);
        _history = new ModelHistory(Path.Combine(folder, HistoryFile), () => Champion, Step);
    }

    /// <summary>Opens or makes the store in a data folder.</summary>
    /// <param name="data">Data folder; the models lie in its <c>models</c>.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="ModelException">Its key is none.</exception>
    public static ModelStore Open(string data, string site, ProcessUnit unit, IReadOnlyList<SurrogateDesign> designs) => Open(data, site, unit, designs, null);

    /// <param name="beforeStep">Called with the name of each step on disk before it is made: a test may stop there.</param>
    internal static ModelStore Open(string data, string site, ProcessUnit unit, IReadOnlyList<SurrogateDesign> designs, Action<string>? beforeStep)
    {
        string folder = Path.Combine(data, "models");
        Directory.CreateDirectory(folder);
        return new ModelStore(folder, site, unit, designs, ModelKey.OpenOrCreate(Path.Combine(folder, "key.pem")), beforeStep);
    }

    /// <summary>Version of the champion; null: none.</summary>
    public int? Champion
    {
        get
        {
            string file = Path.Combine(_folder, Pointer);
            return File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int version) ? version : null;
        }
    }

    /// <summary>Highest version ever stored; 0: none.</summary>
    public int LastVersion => Math.Max(Versions().DefaultIfEmpty(0).Max(), _history.Entries().Select(e => e.Version).DefaultIfEmpty(0).Max());

    /// <summary>Every stored model, newest first, with what became of it. Models that cannot be vouched for are listed with the reason.</summary>
    public IReadOnlyList<StoredModel> List()
    {
        var entries = _history.Entries();
        int? champion = Champion;
        return [.. Versions().OrderDescending().Select(v => Describe(v, v == champion, entries.LastOrDefault(e => e.Version == v)))];
    }

    /// <summary>
    /// Stores a set as a challenger, under its version or, where another process has taken that meanwhile, under the next that is free. A set that is
    /// stored already is not stored again.
    /// </summary>
    /// <returns>The version it is stored under.</returns>
    /// <exception cref="IOException">It could not be stored.</exception>
    public int Add(SurrogateSet set, DateTimeOffset at)
    {
        using var held = Hold();
        if (Directory.Exists(FolderOf(set.Version)))
        {
            if (IsStored(set))
            {
                return set.Version;
            }

            set = set with { Version = LastVersion + 1 };
        }

        string target = FolderOf(set.Version);

        string part = Path.Combine(_folder, $".part-{set.Version:D6}");
        if (Directory.Exists(part))
        {
            Directory.Delete(part, recursive: true);
        }

        Step("folder");
        Directory.CreateDirectory(part);
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [ModelFolder.Surrogates] = SurrogateForm.Write(set),
            [ModelFolder.Card] = Encoding.UTF8.GetBytes(ModelCard.Write(_site, _unit, set)),
        };
        var manifest = new ModelManifest(
            ModelManifest.Known, _site, set.Version, set.Hash, set.TrainedAt, _unit.Inputs,
            set.Surrogates.ToDictionary(s => s.Variable.Name, s => s.Card.Rows), set.Surrogates.ToDictionary(s => s.Variable.Name, s => s.Card.Rmse),
            set.Objections, files.ToDictionary(f => f.Key, f => Convert.ToHexStringLower(SHA256.HashData(f.Value))), _key.Id).SignedBy(_key);
        foreach (var (name, content) in files.Append(new(ModelManifest.FileName, manifest.Encode())))
        {
            Step(name);
            Write(Path.Combine(part, name), content);
        }

        Step("move");
        Directory.Move(part, target);
        _history.Note(new ModelEntry(set.Version, ModelFate.Stored, at, "optimizer", null));
        Tidy();
        return set.Version;
    }

    /// <summary>Makes a stored model the champion.</summary>
    /// <exception cref="ModelException">There is none of this version, it cannot be vouched for, or it must not steer.</exception>
    public SurrogateSet Promote(int version, DateTimeOffset at, string by, string? reason)
    {
        using var held = Hold();
        var set = Load(version);
        if (set.Objections is { Count: > 0 } objections)
        {
            throw new ModelException($"model {version} must not steer: {string.Join("; ", objections)}");
        }

        Point(version, ModelFate.Promoted, at, by, reason);
        return set;
    }

    /// <summary>Returns to the champion before the present one.</summary>
    /// <exception cref="ModelException">There is none, or it cannot be vouched for.</exception>
    public SurrogateSet Rollback(DateTimeOffset at, string by, string? reason)
    {
        using var held = Hold();
        var past = _history.Reign();
        if (past.Count < 2)
        {
            throw new ModelException(past.Count == 0 ? "no model was ever promoted" : $"model {past[^1]} is the only one that was ever promoted");
        }

        var set = Load(past[^2]);
        Point(past[^2], ModelFate.RolledBack, at, by, reason);
        return set;
    }

    /// <summary>Notes that a challenger lost its trial.</summary>
    public void Refuse(int version, DateTimeOffset at, string reason)
    {
        using var held = Hold();
        _history.Note(new ModelEntry(version, ModelFate.Refused, at, "optimizer", reason));
    }

    /// <summary>Who last changed which model is the champion, and why; null: nobody yet.</summary>
    public ModelEntry? LastChange() => _history.Entries().LastOrDefault(e => e.Fate is ModelFate.Promoted or ModelFate.RolledBack);

    /// <summary>A stored model, verified: signature, hashes, site, inputs, terms, every number.</summary>
    /// <exception cref="ModelException">It is not there or fails one of these.</exception>
    public SurrogateSet Load(int version)
    {
        var manifest = Verify(version);
        var set = SurrogateForm.Read(Folder(version).Read(ModelFolder.Surrogates), _unit, _designs);
        return set.Version == version && set.Hash == manifest.ModelHash
            ? set
            : throw new ModelException($"model {version}: its surrogates are version {set.Version} with hash {set.Hash[..12]}, the manifest says {manifest.ModelHash[..12]}");
    }

    /// <summary>The card of a stored model, verified.</summary>
    /// <exception cref="ModelException">It is not there or cannot be vouched for.</exception>
    public string CardOf(int version)
    {
        Verify(version);
        return Encoding.UTF8.GetString(Folder(version).Read(ModelFolder.Card));
    }

    public void Dispose() => _key.Dispose();

    private StoredModel Describe(int version, bool champion, ModelEntry? last)
    {
        ModelManifest? manifest = null;
        string? reason = last?.Reason;
        try
        {
            manifest = Verify(version);
        }
        catch (ModelException e)
        {
            reason = e.Message;
        }

        var state = manifest is null ? ModelState.Unsound
            : champion ? ModelState.Champion
            : last?.Fate == ModelFate.Refused || manifest.Objections.Count > 0 ? ModelState.Refused
            : last?.Fate is ModelFate.Promoted or ModelFate.RolledBack ? ModelState.Retired
            : ModelState.Challenger;
        return new StoredModel(version, state, manifest, reason ?? (manifest is { Objections.Count: > 0 } ? string.Join("; ", manifest.Objections) : null));
    }

    private bool IsStored(SurrogateSet set)
    {
        try
        {
            var manifest = Verify(set.Version);
            return manifest.ModelHash == set.Hash && manifest.TrainedAt == set.TrainedAt;
        }
        catch (ModelException)
        {
            return false;
        }
    }

    private ModelManifest Verify(int version)
    {
        if (!Directory.Exists(FolderOf(version)))
        {
            throw new ModelException($"there is no model {version} in {_folder}; there {(Versions().Count == 0 ? "is none" : "are " + string.Join(", ", Versions()))}");
        }

        return Folder(version).Verify(_site, _unit, _key);
    }

    private void Point(int version, ModelFate fate, DateTimeOffset at, string by, string? reason)
    {
        string file = Path.Combine(_folder, Pointer);
        Step("pointer");
        Write(file + ".new", Encoding.ASCII.GetBytes(version.ToString(CultureInfo.InvariantCulture)));
        // Noted first: a change that was noted and not made shows in the pointer, one that was made and not noted would not say what it was.
        _history.Note(new ModelEntry(version, fate, at, by, reason));
        Step("replace");
        File.Move(file + ".new", file, overwrite: true);
    }

    private void Tidy()
    {
        var keep = _history.Reign().TakeLast(2).ToHashSet();
        foreach (int version in Versions().OrderDescending().Skip(Kept).Where(v => !keep.Contains(v)))
        {
            Directory.Delete(FolderOf(version), recursive: true);
        }
    }

    private FileStream Hold()
    {
        try
        {
            var held = new FileStream(Path.Combine(_folder, Lock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            _history.Settle();
            return held;
        }
        catch (IOException e)
        {
            throw new IOException($"the models in {_folder} are being changed by another process: {e.Message}", e);
        }
    }

    private List<int> Versions() => [.. Directory.EnumerateDirectories(_folder)
        .Select(d => Path.GetFileName(d))
        .Where(n => n.Length == 6 && int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .Select(n => int.Parse(n, CultureInfo.InvariantCulture)).Order()];

    private string FolderOf(int version) => Path.Combine(_folder, version.ToString("D6", CultureInfo.InvariantCulture));

    private ModelFolder Folder(int version) => new(FolderOf(version), version);

    private void Step(string name) => _beforeStep?.Invoke(name);

    private static void Write(string file, byte[] content)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }
}
