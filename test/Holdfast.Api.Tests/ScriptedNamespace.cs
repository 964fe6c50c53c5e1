using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Ports.Store;

namespace Holdfast.Api.Tests;

/// <summary>A store that several clusters have in common, as a test fills it; it counts how often it is read.</summary>
internal sealed class ScriptedNamespace : ISharedStore
{
    public SortedDictionary<string, string> Keys { get; } = new(StringComparer.Ordinal);

    public int Reads { get; private set; }

    public StoreUnavailableException? Trouble { get; set; }

    /// <summary>Every reading waits for it.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public Task<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<string>>([.. Keys.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Select(key => key[prefix.Length..].Split('/')[0]).Distinct()]);

    public async Task<ImmutableArray<StoreEntry>> ReadManyAsync(ImmutableArray<string> prefixes, CancellationToken cancellationToken)
    {
        Reads++;
        await Gate;
        return Trouble is { } trouble
            ? throw trouble
            : [.. from prefix in prefixes from key in Keys where key.Key.StartsWith(prefix, StringComparison.Ordinal) select new StoreEntry(key.Key, key.Value, new Revision(7), null)];
    }

    /// <summary>A cluster of two whose leader is <c>x</c>, unless it has none.</summary>
    public void Add(string scope, bool hasLeader)
    {
        var prefix = $"/service/{scope}/";
        Keys[prefix + "initialize"] = "7012";
        Keys[prefix + "status"] = """{"optime":5000}""";
        Keys[prefix + "failsafe"] = """{"x":"http://10.0.0.1:8008/patroni","y":"http://10.0.0.2:8008/patroni"}""";
        Keys[prefix + "members/y"] = """{"conn_url":"postgres://10.0.0.2:5432/postgres","api_url":"http://user:word@10.0.0.2:8008/patroni","state":"running","role":"replica","replication_state":"streaming","xlog_location":4000}""";
        if (hasLeader)
        {
            Keys[prefix + "leader"] = "x";
            Keys[prefix + "members/x"] = """{"conn_url":"postgres://10.0.0.1:5432/postgres","api_url":"http://10.0.0.1:8008/patroni","state":"running","role":"primary","xlog_location":5000}""";
        }
    }
}
