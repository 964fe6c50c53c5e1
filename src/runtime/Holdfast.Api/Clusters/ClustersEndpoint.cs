using System.Security.Cryptography;
using Holdfast.Api.Contracts;
using Holdfast.Api.Serving;
using Holdfast.Api.Status;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Api.Clusters;

/// <summary>Shows the clusters that are beside this one in its store.</summary>
internal sealed class ClustersEndpoint(SharedNamespace? shared, TimeProvider time, CancellationToken stopping)
{
    public const string Path = "/holdfast/v1/clusters";

    private readonly ClusterDirectory? directory = shared is null ? null : new(shared, time, stopping);

    public static bool IsAskedBy(HttpRequest request) => request.Path.Value?.TrimEnd('/') == Path;

    /// <summary>The own cluster as this member sees it, which has seen more of it than the store holds.</summary>
    public async Task<Reply> GetAsync(HttpRequest request, MemberSnapshot snapshot, RestApiOptions options)
    {
        var reading = directory is null ? new([], null) : await directory.ReadAsync();
        var own = snapshot.View is { } view ? ClusterSummaries.Of(options.Scope, view with { Now = snapshot.Now, UtcNow = snapshot.UtcNow }) : null;
        var list = new ClusterList
        {
            Scope = options.Scope,
            Namespace = shared?.Name,
            Note = (shared, reading.Trouble) switch
            {
                (null, _) => $"{options.Scope} is alone in its store. Clusters that have an etcd or a Consul in common are shown together.",
                (_, { } trouble) when reading.Clusters.IsEmpty => $"Only {options.Scope} is shown: {trouble}",
                (_, { } trouble) => $"What is shown of the others is old: {trouble}",
                _ => null,
            },
            Clusters = [.. reading.Clusters.Where(cluster => own is null || cluster.Scope != own.Scope).Concat(own is null ? [] : [own]).OrderBy(cluster => cluster.Scope, StringComparer.Ordinal)],
        };
        var reply = Reply.Json(StatusCodes.Status200OK, list, ApiJson.Wire.ClusterList);
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(reply.Body.Span)[..12])}\"";
        var isKnown = request.Headers.IfNoneMatch.ToString().Contains(tag, StringComparison.Ordinal);
        return (isKnown ? Reply.Empty(StatusCodes.Status304NotModified) : reply) with { Headers = [new(HeaderNames.ETag, tag), new(HeaderNames.CacheControl, "no-cache")] };
    }
}
