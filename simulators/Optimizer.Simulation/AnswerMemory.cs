using Optimizer.Plant;

namespace Optimizer.Simulation;

/// <summary>Answers given, by request id, so that a repeat changes nothing. Kept 24 h at least.</summary>
internal sealed class AnswerMemory
{
    private const int PruneAbove = 20_000;
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private readonly Dictionary<string, (SetpointRequest Request, Acknowledgement Answer)> _answers = new(StringComparer.Ordinal);

    public bool TryFind(string id, out SetpointRequest request, out Acknowledgement answer)
    {
        bool found = _answers.TryGetValue(id, out var entry);
        (request, answer) = entry;
        return found;
    }

    public Acknowledgement Keep(SetpointRequest request, Acknowledgement answer)
    {
        if (request.SetpointId.Length == 0)
        {
            return answer;
        }

        _answers[request.SetpointId] = (request, answer);
        if (_answers.Count > PruneAbove)
        {
            foreach (string old in _answers.Where(a => answer.At - a.Value.Answer.At > Kept).Select(a => a.Key).ToList())
            {
                _answers.Remove(old);
            }
        }

        return answer;
    }

    public static bool SameContent(SetpointRequest a, SetpointRequest b) =>
        a with { Items = b.Items } == b && a.Items.SequenceEqual(b.Items);
}
