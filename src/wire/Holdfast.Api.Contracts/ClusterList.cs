namespace Holdfast.Api.Contracts;

/// <summary>Answers <c>GET /holdfast/v1/clusters</c>: the clusters that are in the same store below the same namespace, by name.</summary>
public sealed record ClusterList
{
    /// <summary>The cluster of the agent that answers.</summary>
    public required string Scope { get; init; }

    /// <summary>Where in the store they are; absent where a cluster is alone in its store.</summary>
    public string? Namespace { get; init; }

    /// <summary>Why only the agent's own cluster is shown, or why what is shown is old; absent when neither is so.</summary>
    public string? Note { get; init; }

    public required IReadOnlyList<ClusterSummary> Clusters { get; init; }
}

/// <summary>One cluster in a few words; nothing that a store keeps beside them is passed on.</summary>
public sealed record ClusterSummary
{
    public required string Scope { get; init; }

    public required VerdictStatus Verdict { get; init; }

    /// <summary>postgresql, mysql, or empty while no member is there to tell.</summary>
    public required string Engine { get; init; }

    public string? Leader { get; init; }

    /// <summary>How many members are there.</summary>
    public required int Members { get; init; }

    /// <summary>Those that the store still knows of and that are gone.</summary>
    public required IReadOnlyList<string> Lost { get; init; }

    /// <summary>Of the replica that is furthest behind, in bytes of log.</summary>
    public long? WorstLagBytes { get; init; }

    /// <summary>Of the group's member that has most to apply, in transactions.</summary>
    public long? WorstBacklog { get; init; }

    /// <summary>Who waits for an approval to lead; absent when nobody does.</summary>
    public string? AwaitsApproval { get; init; }

    /// <summary>How many alerts fire.</summary>
    public required int Alerts { get; init; }

    /// <summary>Of the worst alert that fires: info, warning or critical.</summary>
    public string? WorstAlert { get; init; }

    public bool? Pause { get; init; }

    /// <summary>The dashboard of its leader, or of a member.</summary>
    public string? Dashboard { get; init; }
}
