namespace Holdfast.Model;

/// <summary>A database was killed since it might accept writes that it must not.</summary>
/// <param name="At">When.</param>
/// <param name="Why">Which fence acted and for what reason, in words.</param>
public sealed record Fencing(DateTimeOffset At, string Why)
{
    /// <summary>The last one that the agent knew of; null where a fence that knows none has acted.</summary>
    public Term? Term { get; init; }
}
