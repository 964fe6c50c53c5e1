using System.Collections.Immutable;

namespace Holdfast.Model.Groups;

/// <summary>What an agent must not forget of its server's group from one turn to the next.</summary>
public sealed record GroupMemory
{
    public static readonly GroupMemory Empty = new();

    /// <summary>Where each server was last said to be reached by the group; kept when its agent is gone.</summary>
    public ImmutableSortedDictionary<string, string> Addresses { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Since when a server is dead for sure that the group counts in still.</summary>
    public ImmutableSortedDictionary<string, TimeSpan> DeadSince { get; init; } = ImmutableSortedDictionary<string, TimeSpan>.Empty;

    /// <summary>Since when half of the members or more do not answer here; null while more do.</summary>
    public TimeSpan? MinoritySince { get; init; }

    /// <summary>Since when this server and another one, which both take part, do not hear each other; null while they do.</summary>
    public TimeSpan? BrokenLinkSince { get; init; }
}
