using Optimizer.Edge.Site;
using Optimizer.Mqtt;

namespace Optimizer.Edge.Line;

/// <summary>The site's tags as bindings on the wire.</summary>
internal static class SiteBindings
{
    /// <exception cref="SiteException">The location or a path cannot be used.</exception>
    public static IReadOnlyList<TagBinding> Of(SiteDefinition site)
    {
        try
        {
            var topics = new TopicTree(site.Location);
            var telemetry = site.Telemetry;
            string Topic(string source) => telemetry.Topic.Replace("{loc}", site.Location, StringComparison.Ordinal).Replace("{source}", source, StringComparison.Ordinal);
            var form = new TagBinding
            {
                Tag = "",
                Topic = "",
                EngineeringUnit = "",
                Low = 0,
                High = 1,
                ValuePath = PayloadPath.Parse(telemetry.ValuePath),
                TimePath = PayloadPath.Parse(telemetry.TimePath),
                TimeUnit = Unit(telemetry.TimeUnit),
                QualityPath = telemetry.QualityPath is { } path ? PayloadPath.Parse(path) : null,
            };
            return
            [
                .. site.Tags.Select(t => form with
                {
                    Tag = t.Name, Topic = t.Source is { } source ? Topic(source) : topics.Lab(t.SamplePoint!), Analyte = t.Analyte, EngineeringUnit = t.EngineeringUnit,
                    Low = t.Low, High = t.High, AllowStringNumbers = t.AllowStringNumbers,
                }),
                .. site.Manipulated.Select(m => form with
                {
                    Tag = m.SetpointTag, Topic = Topic("sp/" + m.SetpointTag), EngineeringUnit = m.EngineeringUnit, Low = m.EngineeringLow, High = m.EngineeringHigh,
                }),
            ];
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new SiteException(site.Name, [new SiteError("$", e.Message, "a location and paths that can be used in topics")]);
        }
    }

    private static TimeUnit Unit(string text) => text switch
    {
        "s" => TimeUnit.Seconds,
        "us" => TimeUnit.Microseconds,
        "ns" => TimeUnit.Nanoseconds,
        "iso" => TimeUnit.Iso,
        _ => TimeUnit.Milliseconds,
    };
}
