using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Holdfast.Model;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Consul;

/// <summary>Between the port's keys, which begin with a slash, and Consul's, which by custom do not.</summary>
internal static class ConsulKeys
{
    /// <exception cref="ArgumentException">The key does not begin with a slash.</exception>
    public static string ToConsul(string key) => key is ['/', ..] ? key[1..] : throw new ArgumentException($"the key '{key}' does not begin with '/'", nameof(key));

    /// <summary>The request that lists all keys below a prefix, by the word of the leader.</summary>
    public static string ListPath(string prefix) => $"{Path(prefix)}?recurse=&consistent=";

    /// <summary>The request that lists what is one step below a prefix, by the word of any server.</summary>
    public static string StepPath(string prefix) => $"{Path(prefix)}?keys=&separator=%2F&stale=";

    /// <summary>In the order of their keys; none for an answer that says that there is nothing.</summary>
    public static ImmutableArray<StoreEntry> Entries(ConsulAnswer answer) => answer.Status == System.Net.HttpStatusCode.NotFound
        ? []
        : [.. JsonSerializer.Deserialize(answer.Body, ConsulWire.Default.ImmutableArrayWireEntry).Select(Entry).OrderBy(entry => entry.Key, StringComparer.Ordinal)];

    private static string Path(string prefix) => $"/v1/kv/{string.Join('/', ToConsul(prefix).Split('/').Select(Uri.EscapeDataString))}";

    public static StoreEntry Entry(WireEntry entry) => new(
        "/" + entry.Key,
        Encoding.UTF8.GetString(entry.Value ?? []),
        new Revision(entry.ModifyIndex),
        entry.Session is { Length: > 0 } session ? new SessionId(session) : null);
}
