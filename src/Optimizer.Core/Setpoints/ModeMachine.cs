using Optimizer.Plant;

namespace Optimizer.Setpoints;

/// <summary>How far the optimizer may go now, and why. Down is automatic and always open; up is a human act.</summary>
/// <param name="Version">Counts changes, so that two screens cannot race each other.</param>
public sealed record ModeState(OperatingMode Mode, int Version, DateTimeOffset Since, string Cause)
{
    /// <summary>What was last asked for by a person, or at start; above <see cref="Mode"/> after a shed.</summary>
    public OperatingMode Target { get; init; } = Mode;

    /// <summary>Who asked; null: it came by itself.</summary>
    public Actor? By { get; init; }

    /// <summary>Manipulated variables that take part; null: all.</summary>
    public IReadOnlyList<string>? Participants { get; init; }

    /// <summary>Who chose <see cref="Participants"/>; null: nobody did.</summary>
    public string? ChosenBy { get; init; }

    public bool TakesPart(string variable) => Participants is null || Participants.Contains(variable, StringComparer.Ordinal);
}

/// <param name="By">Name of the person; empty is refused.</param>
/// <param name="ExpectedVersion">The version the person saw; checked on the way up only.</param>
public sealed record ModeRequest(OperatingMode Mode, string By, string Reason, int ExpectedVersion)
{
    public ActorRole Role { get; init; } = ActorRole.Operator;

    /// <summary>Screen or program it was asked from; null: not said.</summary>
    public string? Client { get; init; }

    /// <summary>Manipulated variables that shall take part; null: all.</summary>
    public IReadOnlyList<string>? Participants { get; init; }
}

/// <summary>Holds the mode and its only two ways to change.</summary>
public sealed class ModeMachine(OperatingMode start, OperatingMode ceiling, DateTimeOffset at)
{
    public ModeState State { get; private set; } = new(start, 1, at, "start");

    /// <summary>Why the ceiling is lower than the site's own; null: it is not.</summary>
    public string? CeilingReason { get; init; }

    /// <summary>Why writing is suspended until a human re-arms; null: it is not.</summary>
    public string? LockedOut { get; private set; }

    /// <summary>Why nothing may be written, whoever asks, as a sentence; null: nothing forbids it.</summary>
    public string? Forbidden { get; set; }

    /// <summary>Goes down to <paramref name="mode"/> on its own; does nothing when already there or lower.</summary>
    public bool Demote(OperatingMode mode, string cause, DateTimeOffset at)
    {
        LockedOut ??= State.Mode > OperatingMode.Advisory ? cause : null;
        if (State.Mode <= mode)
        {
            return false;
        }

        State = State with { Mode = mode, Version = State.Version + 1, Since = at, Cause = cause, By = null };
        return true;
    }

    /// <summary>A person's request. Returns null when done, or the reason it was refused.</summary>
    public string? Request(ModeRequest request, DateTimeOffset at)
    {
        bool up = request.Mode > State.Mode || (request.Mode > OperatingMode.Advisory && Widens(request.Participants));
        if (string.IsNullOrWhiteSpace(request.By))
        {
            return "a mode change needs the name of the person";
        }

        if (up && request.Mode > ceiling)
        {
            return $"{(CeilingReason is null ? "" : CeilingReason + ": ")}this site allows {ceiling} at most, {request.Mode} was asked";
        }

        if (request.Mode > OperatingMode.Advisory && Forbidden is { } why)
        {
            return $"{OperatingMode.Advisory} at most: {why}";
        }

        if (up && request.ExpectedVersion != State.Version)
        {
            return $"the mode changed meanwhile: version {State.Version}, the request saw {request.ExpectedVersion}";
        }

        // Asking for a writing mode is how a person re-arms after a shed, also when the mode did not have to fall.
        if (request.Mode > OperatingMode.Advisory)
        {
            LockedOut = null;
        }

        if (request.Mode != State.Mode || !SameParticipants(request.Participants))
        {
            State = new ModeState(request.Mode, State.Version + 1, at, $"{request.By}: {request.Reason}")
            {
                By = new Actor(request.By, request.Role, request.Client),
                Participants = request.Participants,
                ChosenBy = request.Participants is null ? null : request.By,
            };
        }

        return null;
    }

    private bool Widens(IReadOnlyList<string>? participants) =>
        State.Participants is { } now && (participants is null || participants.Except(now, StringComparer.Ordinal).Any());

    private bool SameParticipants(IReadOnlyList<string>? participants) => (State.Participants, participants) switch
    {
        (null, null) => true,
        ({ } a, { } b) => a.ToHashSet(StringComparer.Ordinal).SetEquals(b),
        _ => false,
    };
}
