using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Optimizer.Surrogates;

namespace Optimizer.Learning;

/// <summary>Content hash of surrogates: everything a prediction or an interval depends on.</summary>
internal static class SurrogateHash
{
    // Part of the hashed bytes: changing what is hashed must change every hash.
    private const int FormatVersion = 2;

    /// <summary>SHA-256, 64 lower-case hex digits; the same on every platform.</summary>
    public static string Compute(IReadOnlyList<Surrogate> surrogates)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, [FormatVersion]);
        foreach (var s in surrogates)
        {
            Append(hash, s.Variable.Name);
            foreach (var term in s.Backbone.Terms)
            {
                Append(hash, term.Name);
            }

            Append(hash, s.Backbone.Center);
            Append(hash, s.Backbone.Scale);
            Append(hash, [s.Backbone.Intercept, .. s.Backbone.Coefficients, .. s.Backbone.Covariance.SelectMany(r => r)]);
            Append(hash, [s.ResidualWeight, s.BiasMemory.Ticks, s.LearnedUntil.UtcTicks, s.Scatter, s.ProcessScatter, s.Correlation, s.Calibration]);
            Append(hash, s.Scores);
            Append(hash, [.. s.Envelope.SelectMany(e => new[] { e.Low, e.High })]);
            if (s.SoftSensor is { } sensor)
            {
                Append(hash, string.Join('\n', sensor.Signals));
                Append(hash, [.. sensor.Intercepts, .. sensor.Slopes.SelectMany(r => r), .. sensor.Weights, .. sensor.Reaches, sensor.Skill]);
            }

            foreach (var trees in s.Bags)
            {
                Append(hash, EnsembleHash.Compute(trees));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Append(hash, [bytes.Length]);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, IReadOnlyList<double> values)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, values.Count);
        hash.AppendData(number);
        foreach (double value in values)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(number, value);
            hash.AppendData(number);
        }
    }
}
