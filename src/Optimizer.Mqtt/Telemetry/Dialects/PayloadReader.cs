using System.IO.Compression;
using System.Text.Json;
using Optimizer.Plant;

namespace Optimizer.Mqtt.Dialects;

/// <summary>Reads the payloads of one topic in one dialect. May throw what JSON and text parsing throw; nothing else.</summary>
internal abstract class PayloadReader
{
    protected const int MostPoints = 5000;
    private const int LargestUnzipped = 1024 * 1024;
    private const int LargestRatio = 100;

    protected static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 8, AllowDuplicateProperties = false };
    protected static readonly JsonDocumentOptions Deep = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    public abstract DecodeOutcome Read(ReadOnlyMemory<byte> payload, in Arrival arrival, ICollection<Sample> into);

    /// <exception cref="ArgumentException">A binding is not complete for its dialect.</exception>
    public static PayloadReader For(TagBinding[] bindings)
    {
        var first = bindings[0];
        PayloadReader reader = first.Analyte is not null ? new LabReader(bindings) : first.Dialect switch
        {
            TelemetryDialect.Json => NativeReader.Fits(bindings) ? new NativeReader(bindings[0]) : new PathReader(bindings),
            TelemetryDialect.Scalar => new ScalarReader(bindings),
            TelemetryDialect.Items => new ItemsReader(bindings),
            TelemetryDialect.UmhClassic => new UmhClassicReader(bindings),
            TelemetryDialect.SiteWise => new SiteWiseReader(bindings),
            _ => new OpcUaReader(bindings, first.Dialect),
        };
        return first.Gzip ? new GzipReader(reader) : reader;
    }

    private sealed class GzipReader(PayloadReader inner) : PayloadReader
    {
        public override DecodeOutcome Read(ReadOnlyMemory<byte> payload, in Arrival arrival, ICollection<Sample> into)
        {
            using var zipped = new GZipStream(new MemoryStream(payload.ToArray(), writable: false), CompressionMode.Decompress);
            int most = Math.Min(LargestUnzipped, payload.Length * LargestRatio);
            byte[] plain = new byte[most + 1];
            int length = zipped.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false);
            return length > most
                ? new DecodeOutcome(0, $"{payload.Length} bytes unzip to more than {most}", true)
                : inner.Read(plain.AsMemory(0, length), arrival, into);
        }
    }
}

/// <summary>Base of dialects in which a message carries several tags, each under its key.</summary>
internal abstract class KeyedReader : PayloadReader
{
    private readonly Dictionary<string, TagBinding[]> _byKey;

    protected KeyedReader(TagBinding[] bindings, Func<string, string>? normalise = null)
    {
        if (bindings.FirstOrDefault(b => string.IsNullOrEmpty(b.Key)) is { } keyless)
        {
            throw new ArgumentException($"{keyless.Tag}: {keyless.Dialect} needs a key that tells tags of one message apart");
        }

        _byKey = bindings.GroupBy(b => normalise?.Invoke(b.Key!) ?? b.Key!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        Unit = bindings[0].TimeUnit;
    }

    protected TimeUnit Unit { get; }

    protected bool IsBound(string key) => _byKey.ContainsKey(key);

    /// <summary>One value of the message; unknown keys are counted.</summary>
    /// <param name="value">Undefined: none was given.</param>
    /// <param name="time">Undefined: none was given.</param>
    protected void Emit(ref Tally tally, string key, JsonElement value, JsonElement time, Quality quality, in Arrival arrival, ICollection<Sample> into, TimeUnit? unit = null) =>
        Emit(ref tally, key, value, Time(time, unit ?? Unit, arrival), time, quality, arrival, into, unit);

    protected void Emit(
        ref Tally tally, string key, JsonElement value, DateTimeOffset? at, JsonElement time, Quality quality, in Arrival arrival, ICollection<Sample> into, TimeUnit? unit = null)
    {
        if (++tally.Points > MostPoints)
        {
            throw new FormatException($"more than {MostPoints} values in one message");
        }

        if (!_byKey.TryGetValue(key, out var bindings))
        {
            tally.Unbound++;
            tally.Stranger ??= key;
            return;
        }

        foreach (var binding in bindings)
        {
            if (at is not { } instant)
            {
                tally.Reason ??= $"{binding.Tag}: {SampleRules.Short(time)} for a time, expected {SampleRules.ExpectedTime(unit ?? Unit)}";
                continue;
            }

            double number = SampleRules.Value(binding, value, key, out string? reason);
            into.Add(SampleRules.Place(binding, number, instant, quality, arrival, ref reason));
            tally.Reason ??= reason;
            tally.Samples++;
        }
    }

    private static DateTimeOffset? Time(JsonElement time, TimeUnit unit, in Arrival arrival) =>
        unit == TimeUnit.Arrival ? arrival.At : SampleRules.TryTime(time, unit, out var at) ? at : null;

    protected record struct Tally(int Samples, int Unbound, int Points, string? Reason)
    {
        public string? Stranger { get; set; }

        public readonly DecodeOutcome Outcome => new(Samples, Reason, true) { Unbound = Unbound, Stranger = Stranger };
    }
}
