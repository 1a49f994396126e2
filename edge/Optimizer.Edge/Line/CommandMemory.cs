using System.Security.Cryptography;
using Optimizer.Mqtt;

namespace Optimizer.Edge.Line;

/// <summary>Commands answered, by id: the same command again is answered again and not done again.</summary>
internal sealed class CommandMemory
{
    private const int Remembered = 4096;

    private readonly Dictionary<string, (byte[] Hash, CommandReplyMessage Reply)> _answers = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>The answer already given; null: the command is new.</summary>
    /// <param name="sameContent">False: somebody used the id for something else.</param>
    public CommandReplyMessage? Find(string commandId, ReadOnlySpan<byte> payload, out bool sameContent)
    {
        bool known = _answers.TryGetValue(commandId, out var answer);
        sameContent = known && answer.Hash.AsSpan().SequenceEqual(SHA256.HashData(payload));
        return known ? answer.Reply : null;
    }

    public void Keep(ReadOnlySpan<byte> payload, CommandReplyMessage reply)
    {
        if (!_answers.TryAdd(reply.CommandId, (SHA256.HashData(payload), reply)))
        {
            return;
        }

        _order.Enqueue(reply.CommandId);
        if (_order.Count > Remembered)
        {
            _answers.Remove(_order.Dequeue());
        }
    }
}
