using System.Text.Json.Serialization;

namespace Optimizer.Mqtt;

/// <summary>How far a lab result may be trusted to stay.</summary>
public enum LabStatus
{
    Preliminary,
    Final,
    Corrected,
    Cancelled,
}

/// <summary><c>lab/{samplePoint}</c>: one sample, several analytes, its own two times.</summary>
public sealed record LabResultMessage(
    string SampleId, int Revision, LabStatus Status, DateTimeOffset SampledAt, DateTimeOffset ReportedAt, IReadOnlyList<LabValue> Results)
{
    public string? BatchId { get; init; }

    public string? Lims { get; init; }
}

/// <param name="Value">Null: not measured.</param>
/// <param name="Qualifier">"=", "&lt;", "&gt;" or "nd"; null means "=".</param>
public sealed record LabValue(string Analyte, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? Value, string Unit)
{
    public string? Qualifier { get; init; }

    public double? Lod { get; init; }

    public double? U95 { get; init; }

    public string? Method { get; init; }
}

public static class LabPayload
{
    public static byte[] Encode(LabResultMessage message) => PayloadForm.Encode(message);

    public static Decoded<LabResultMessage> Decode(ReadOnlySpan<byte> payload) => PayloadForm.Decode<LabResultMessage>(payload, PayloadForm.LargestLabResult).Then(m =>
        m.SampleId.Length is 0 or > 64 ? Decoded<LabResultMessage>.Wrong("$.sample_id is empty or longer than 64 characters")
        : m.Revision < 0 ? Decoded<LabResultMessage>.Wrong($"$.revision {m.Revision}, expected 0 or more")
        : m.Results.Count is 0 or > 200 ? Decoded<LabResultMessage>.Wrong($"$.results of {m.Results.Count}, expected 1 to 200")
        : m.ReportedAt < m.SampledAt ? Decoded<LabResultMessage>.Wrong("$.reported_at is before $.sampled_at")
        : m.Results.Select(Wrong).FirstOrDefault(w => w is not null) is { } wrong ? Decoded<LabResultMessage>.Wrong(wrong)
        : Decoded<LabResultMessage>.Right(m));

    private static string? Wrong(LabValue? result, int i) =>
        result is null ? $"$.results[{i}] is null, expected an object"
        : !TopicTree.IsIdentifier(result.Analyte) ? $"$.results[{i}].analyte \"{PayloadForm.Short(result.Analyte)}\", expected an identifier"
        : result.Qualifier is not (null or "=" or "<" or ">" or "nd") ? $"$.results[{i}].qualifier \"{PayloadForm.Short(result.Qualifier)}\", expected =, <, > or nd"
        : result.U95 is { } u95 && !(u95 >= 0) ? $"$.results[{i}].u95, expected 0 or more"
        : null;
}
