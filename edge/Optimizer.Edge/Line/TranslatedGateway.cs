using Optimizer.Edge.Site;
using Optimizer.Mqtt;
using Optimizer.Mqtt.Sparkplug;
using Optimizer.Mqtt.Translators;
using Optimizer.Plant;

namespace Optimizer.Edge.Line;

/// <summary>
/// A gateway that does not speak our contract, as the worker sees it: requests in, acknowledgements out, whenever they come. The
/// caller holds the worker's turn.
/// </summary>
internal sealed class TranslatedGateway(SetpointTranslator translator, WorkerCounters counters)
{
    private readonly Queue<Acknowledgement> _answers = [];

    public SetpointTranslator Translator => translator;

    /// <summary>Sends a translated command.</summary>
    public Func<OutboundMessage, CancellationToken, Task>? Publish { get; set; }

    /// <summary>What a person should know.</summary>
    public Action<string>? Warned { get; set; }

    /// <returns>Null: the gateway speaks our contract.</returns>
    public static TranslatedGateway? Of(SiteDefinition site, string client, SparkplugHost? host, WorkerCounters counters) =>
        SiteTranslation.Sparkplug(site) is { } sparkplug ? new TranslatedGateway(new SparkplugTranslator(host!, sparkplug), counters)
        : SiteTranslation.OpcPublisher(site, client) is { } opc ? new TranslatedGateway(new OpcPublisherTranslator(opc), counters)
        : null;

    public async Task SendAsync(SetpointRequest request, DateTimeOffset now, CancellationToken cancel)
    {
        var translation = translator.Send(request, now);
        Keep(translation);
        if (translation.Message is { } message && Publish is { } publish)
        {
            await publish(message, cancel);
        }
    }

    public void Take(InboundMessage message, DateTimeOffset now) => Keep(translator.Take(message, now));

    public void Take(in Sample sample, DateTimeOffset now) => Keep(translator.Take(sample, now));

    /// <summary>Takes and empties what watched metrics said.</summary>
    public void Take(List<SparkplugChange> changes, DateTimeOffset now)
    {
        foreach (var change in changes)
        {
            Keep(translator.Take(change, now));
        }

        changes.Clear();
    }

    public bool TryNext(out Acknowledgement answer) => _answers.TryDequeue(out answer!);

    private void Keep(Translation translation)
    {
        foreach (var answer in translation.Acknowledgements)
        {
            _answers.Enqueue(answer);
        }

        if (translation.Warning is { } warning)
        {
            counters.Refuse("gateway_warnings", warning);
            Warned?.Invoke(warning);
        }
    }
}
