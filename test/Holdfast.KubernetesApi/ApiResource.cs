namespace Holdfast.KubernetesApi;

/// <summary>A kind of object that the server keeps.</summary>
public sealed record ApiResource(string Plural, string Kind, string Group)
{
    public static ApiResource ConfigMaps { get; } = new("configmaps", "ConfigMap", "");

    public static ApiResource Endpoints { get; } = new("endpoints", "Endpoints", "") { CreatesOnUpdate = true };

    public static ApiResource Pods { get; } = new("pods", "Pod", "");

    public static ApiResource Leases { get; } = new("leases", "Lease", "coordination.k8s.io") { CreatesOnUpdate = true, UpdatesBlindly = false };

    public static IReadOnlyList<ApiResource> All { get; } = [ConfigMaps, Endpoints, Pods, Leases];

    public string ApiVersion => Group.Length == 0 ? "v1" : Group + "/v1";

    /// <summary>As error messages name it.</summary>
    public string Qualified => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public string Root => Group.Length == 0 ? "/api/v1/namespaces/" : $"/apis/{Group}/v1/namespaces/";

    /// <summary>A PUT of what is not there creates it.</summary>
    public bool CreatesOnUpdate { get; init; }

    /// <summary>A PUT without a resourceVersion replaces whatever is there.</summary>
    public bool UpdatesBlindly { get; init; } = true;
}

/// <summary>What a request's path and query ask for.</summary>
internal sealed record ApiTarget(ApiResource Resource, string Namespace, string? Name)
{
    public static ApiTarget? Parse(string path)
    {
        foreach (var resource in ApiResource.All)
        {
            if (path.StartsWith(resource.Root, StringComparison.Ordinal)
                && path[resource.Root.Length..].Split('/') is [var space, var plural, .. var rest] && plural == resource.Plural && rest.Length < 2)
            {
                return new(resource, space, rest is [var name] ? name : null);
            }
        }

        return null;
    }
}
