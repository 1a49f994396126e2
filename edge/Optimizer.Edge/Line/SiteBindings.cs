using Optimizer.Edge.Site;
using Optimizer.Mqtt;
using Optimizer.Mqtt.Sparkplug;

namespace Optimizer.Edge.Line;

/// <summary>The site's tags as bindings on the wire.</summary>
internal static class SiteBindings
{
    /// <summary>Those that <see cref="TelemetryDecoder"/> reads.</summary>
    /// <exception cref="SiteException">The location or a path cannot be used.</exception>
    public static IReadOnlyList<TagBinding> Of(SiteDefinition site) => [.. All(site).Where(b => b.Dialect != TelemetryDialect.SparkplugB)];

    /// <summary>Those that live by a Sparkplug session.</summary>
    /// <exception cref="SiteException">The location or a path cannot be used.</exception>
    public static IReadOnlyList<SparkplugBinding> Sparkplug(SiteDefinition site) =>
        [.. All(site).Where(b => b.Sparkplug is not null).Select(b => new SparkplugBinding(b.Sparkplug!, b))];

    private static IReadOnlyList<TagBinding> All(SiteDefinition site)
    {
        try
        {
            var topics = new TopicTree(site.Location);
            return
            [
                .. site.Tags.Select(t => t.Source is { } source
                    ? Online(site, t.Via, source, t.Name, t.EngineeringUnit, t.Low, t.High) with { AllowStringNumbers = t.AllowStringNumbers ?? Form(site, t.Via).StringNumbers, States = t.States, VectorLength = t.VectorLength }
                    : new TagBinding { Tag = t.Name, Topic = topics.Lab(t.SamplePoint!), Analyte = t.Analyte, EngineeringUnit = t.EngineeringUnit, Low = t.Low, High = t.High }),
                .. site.Manipulated.Zip(site.Readbacks, (m, r) => Online(site, r.Via, r.Source, m.SetpointTag, m.EngineeringUnit, m.EngineeringLow, m.EngineeringHigh)),
            ];
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new SiteException(site.Name, [new SiteError("$", e.Message, "a location and paths that can be used in topics")]);
        }
    }

    private static TelemetryForm Form(SiteDefinition site, string? via) => via is null ? site.Telemetry : site.Sources[via];

    private static TagBinding Online(SiteDefinition site, string? via, string source, string tag, string unit, double low, double high)
    {
        var form = Form(site, via);
        var (topic, key) = form.Resolve(site.Location, source);
        return new TagBinding
        {
            Tag = tag,
            Topic = topic,
            Key = key,
            EngineeringUnit = unit,
            Low = low,
            High = high,
            Dialect = form.Dialect,
            Items = form.Items,
            ValuePath = form.ValuePath,
            TimePath = form.TimePath,
            TimeUnit = form.TimeUnit,
            QualityPath = form.QualityPath,
            UnitPath = form.UnitPath,
            Gzip = form.Gzip,
            Sparkplug = form.Sparkplug,
        };
    }
}
