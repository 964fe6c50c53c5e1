using System.Collections.Immutable;

namespace Holdfast.Configuration;

/// <summary>The Kubernetes API.</summary>
public sealed record KubernetesConfiguration
{
    /// <summary>Null: the pod's own.</summary>
    public string? Namespace { get; init; }

    /// <summary>Null: the service account's when in a pod, else the file that kubectl would take.</summary>
    public string? KubeConfigFile { get; init; }

    public string? Context { get; init; }

    public string? CaFile { get; init; }

    public ImmutableArray<NamedValue> Labels { get; init; } = [];

    public string ScopeLabel { get; init; } = "cluster-name";

    public string RoleLabel { get; init; } = "role";

    public string LeaderLabelValue { get; init; } = "primary";

    public string FollowerLabelValue { get; init; } = "replica";

    /// <summary>The leader writes its address into the Endpoints of the cluster's name.</summary>
    public bool UsesEndpoints { get; init; }

    public string? PodAddress { get; init; }

    /// <summary>None: the database's own.</summary>
    public ImmutableArray<KubernetesPort> Ports { get; init; } = [];

    public ImmutableArray<int> RetriableStatuses { get; init; } = [];

    public override string ToString() => $"{nameof(KubernetesConfiguration)} {Namespace}";
}

public sealed record KubernetesPort(string? Name, int Number, string Protocol);
