using System.Collections.Immutable;

namespace Holdfast.Stores.Kubernetes;

/// <summary>Where the API server is, how this member proves itself there, and under which names it keeps the cluster.</summary>
public sealed record KubernetesStoreOptions
{
    public required KubernetesAccess Access { get; init; }

    /// <summary>The namespace of Kubernetes that the cluster's objects are in.</summary>
    public required string Namespace { get; init; }

    /// <summary>The cluster's name: the objects' names begin with it.</summary>
    public required string Scope { get; init; }

    /// <summary>What all keys of the cluster begin with; it is left out where the keys are shown.</summary>
    public string Root { get; init; } = "/";

    /// <summary>Beside <see cref="ScopeLabel"/>, what every object of the cluster bears.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The label whose value is <see cref="Scope"/>.</summary>
    public string ScopeLabel { get; init; } = "cluster-name";

    /// <summary>Whose sessions are opened here, for people who look; null: nobody's in particular.</summary>
    public string? Holder { get; init; }

    /// <summary>The pod that this member runs in; null: its role is shown nowhere.</summary>
    public OwnPod? Pod { get; init; }

    /// <summary>Answers with these statuses too are passing trouble.</summary>
    public ImmutableArray<int> RetriableStatuses { get; init; } = [];

    /// <summary>How long one attempt of a request may take.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a request may take with all its attempts.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A watch that brought nothing for this long is compared with what is there.</summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the server is asked to keep a watch before it is asked for anew.</summary>
    public TimeSpan WatchLife { get; init; } = TimeSpan.FromMinutes(5);

    internal string ObjectName => Scope + "-holdfast";

    internal ImmutableSortedDictionary<string, string> AllLabels => Labels.SetItem(ScopeLabel, Scope);
}

/// <summary>A closed family of ways to the API server.</summary>
public abstract record KubernetesAccess
{
    private KubernetesAccess()
    {
    }

    /// <summary>From within a pod, as its service account.</summary>
    /// <param name="Server">The address of the API server.</param>
    /// <param name="AccountDirectory">The directory with the account's <c>token</c> and <c>ca.crt</c>.</param>
    /// <param name="CaFile">PEM file of the authorities whose servers are trusted; null: the account's.</param>
    public sealed record InCluster(Uri Server, string AccountDirectory, string? CaFile) : KubernetesAccess;

    /// <summary>As a file for kubectl says.</summary>
    /// <param name="File">Its path.</param>
    /// <param name="Context">Which of its contexts; null: the current one.</param>
    /// <param name="CaFile">PEM file of the authorities whose servers are trusted; null: as the file says.</param>
    public sealed record KubeConfig(string File, string? Context, string? CaFile) : KubernetesAccess;
}

/// <summary>The pod of this member, and how it shows whether the member leads.</summary>
public sealed record OwnPod
{
    public required string Name { get; init; }

    /// <summary>The member whose pod it is, as the leader key names it.</summary>
    public required string Member { get; init; }

    public required string LeaderKey { get; init; }

    public string RoleLabel { get; init; } = "role";

    public string LeaderValue { get; init; } = "primary";

    public string FollowerValue { get; init; } = "replica";

    /// <summary>Where clients reach this member's database, for a Service without a selector; null: no endpoints are written.</summary>
    public PodEndpoint? Endpoint { get; init; }
}

/// <summary>One address of an Endpoints object.</summary>
public sealed record PodEndpoint(string Address, ImmutableArray<PodPort> Ports);

public sealed record PodPort(string? Name, int Number, string Protocol);
