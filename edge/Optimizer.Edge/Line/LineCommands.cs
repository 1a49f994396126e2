using Optimizer.Cycle;
using Optimizer.Mqtt;
using Optimizer.Plant;
using Optimizer.Setpoints;

namespace Optimizer.Edge.Line;

/// <summary>Something a person asks of the line.</summary>
internal interface ILineCommand
{
    CommandHead Head { get; }

    CommandResult Do(LineLoop loop, DateTimeOffset now);

    /// <summary>It came too late, from the wrong hands or from a broker's memory: recorded, not done.</summary>
    CommandResult Refused(Refusal refusal, DateTimeOffset now);
}

/// <summary>Another mode.</summary>
internal sealed record ModeCommand(ModeCommandMessage Message) : ILineCommand
{
    private readonly ModeRequest _request = new(Message.RequestedMode, Message.User, Message.Reason ?? "", Message.ExpectedVersion)
    {
        Role = Message.Role,
        Client = Message.Client,
        Participants = Message.Mvs,
    };

    public CommandHead Head => new(Message.CommandId, new Actor(Message.User, Message.Role, Message.Client), Message.IssuedAt, Message.ExpiresAt);

    public CommandResult Do(LineLoop loop, DateTimeOffset now)
    {
        string unit = loop.Line.Unit.Name;
        if (Message.Unit != unit)
        {
            return Refused(new Refusal("unknown_unit", $"unit {Message.Unit} is not run here, this is {unit}"), now);
        }

        var events = loop.Request(_request, now, out string? refusal);
        return refusal is null ? new CommandResult(events, null) : Refused(new Refusal("refused", refusal), now);
    }

    public CommandResult Refused(Refusal refusal, DateTimeOffset now) => new([new ModeRefused(now, _request, refusal)], refusal);
}

/// <summary>An answer to a recommendation.</summary>
internal sealed record DecisionCommand(DecisionCommandMessage Message) : ILineCommand
{
    public CommandHead Head => new(Message.Decision.CommandId, Message.Decision.By, Message.IssuedAt, Message.ExpiresAt);

    public CommandResult Do(LineLoop loop, DateTimeOffset now)
    {
        var events = loop.Take(Message.Decision, now, out var refusal);
        string? text = events.OfType<DecisionMade>().FirstOrDefault()?.Outcome.Sentence
            ?? events.OfType<OperatorDecided>().Select(d => string.Join("; ", d.Lockouts)).FirstOrDefault(t => t.Length > 0);
        return new CommandResult(events, refusal, text);
    }

    public CommandResult Refused(Refusal refusal, DateTimeOffset now) => new([new OperatorDecided(now, Message.Decision, refusal, [])], refusal);
}
