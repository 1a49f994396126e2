using System.Security.Cryptography;
using Optimizer.Plant;

namespace Optimizer.Learning.Store;

/// <summary>The files of one stored model, none of which is used before its signed manifest has vouched for it.</summary>
internal readonly record struct ModelFolder(string Path, int Version)
{
    public const string Surrogates = "surrogates.json", Card = "card.md";

    /// <summary>Largest file that is read, bytes.</summary>
    public const long LargestFile = 64L << 20;

    /// <summary>Signature, site, inputs, and that exactly the files of the manifest are there with the content it hashed.</summary>
    /// <exception cref="ModelException">One of these fails; the message begins with the model's version.</exception>
    public ModelManifest Verify(string site, ProcessUnit unit, ModelKey key)
    {
        try
        {
            var manifest = ModelManifest.Decode(Read(ModelManifest.FileName));
            CheckOrigin(manifest, site, unit, key);
            CheckFiles(manifest);
            return manifest;
        }
        catch (ModelException e) when (!e.Message.StartsWith("model ", StringComparison.Ordinal))
        {
            throw new ModelException($"model {Version}: {e.Message}");
        }
    }

    /// <exception cref="ModelException">It is missing or too large.</exception>
    public byte[] Read(string name)
    {
        var file = new FileInfo(System.IO.Path.Combine(Path, name));
        return !file.Exists ? throw new ModelException($"{name} is missing")
            : file.Length > LargestFile ? throw new ModelException($"{name} has {file.Length} bytes, at most {LargestFile} are read")
            : File.ReadAllBytes(file.FullName);
    }

    private void CheckOrigin(ModelManifest manifest, string site, ProcessUnit unit, ModelKey key)
    {
        if (manifest.KeyId != key.Id)
        {
            throw new ModelException($"signed by key {manifest.KeyId}, this store trusts {key.Id}");
        }

        if (!manifest.IsSignedBy(key))
        {
            throw new ModelException("its signature does not fit its manifest: something was altered");
        }

        if (manifest.Version != Version || manifest.Site != site)
        {
            throw new ModelException($"the manifest is of model {manifest.Version} of site {manifest.Site}, expected model {Version} of {site}");
        }

        if (!manifest.Inputs.SequenceEqual(unit.Inputs))
        {
            throw new ModelException($"it knows the inputs {string.Join(", ", manifest.Inputs)}; the site has {string.Join(", ", unit.Inputs)}");
        }
    }

    private void CheckFiles(ModelManifest manifest)
    {
        string[] expected = [.. manifest.Files.Keys.Append(ModelManifest.FileName).Order(StringComparer.Ordinal)];
        string[] found = [.. Directory.EnumerateFileSystemEntries(Path).Select(f => System.IO.Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        if (!found.SequenceEqual(expected) || !manifest.Files.ContainsKey(Surrogates) || !manifest.Files.ContainsKey(Card))
        {
            throw new ModelException($"found the files {string.Join(", ", found)}, expected {string.Join(", ", expected)}");
        }

        foreach (var (name, hash) in manifest.Files)
        {
            string actual = Convert.ToHexStringLower(SHA256.HashData(Read(name)));
            if (actual != hash)
            {
                throw new ModelException($"{name} hashes to {actual[..12]}, the manifest says {(hash.Length > 12 ? hash[..12] : hash)}");
            }
        }
    }
}
