using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Consul;

/// <content>What many clusters have in common.</content>
public sealed partial class ConsulStore : ISharedStore
{
    public async Task<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var answer = await RepeatAsync(HttpMethod.Get, ConsulKeys.StepPath(prefix), null, cancellationToken);
        var steps = answer.Status == HttpStatusCode.NotFound ? [] : JsonSerializer.Deserialize(answer.Body, ConsulWire.Default.ImmutableArrayString);
        return [.. steps.Where(step => step.EndsWith('/')).Select(step => step[(prefix.Length - 1)..^1]).Order(StringComparer.Ordinal)];
    }

    public async Task<ImmutableArray<StoreEntry>> ReadManyAsync(ImmutableArray<string> prefixes, CancellationToken cancellationToken)
    {
        var entries = ImmutableArray.CreateBuilder<StoreEntry>();
        foreach (var some in prefixes.Chunk(ConsulTransactions.OperationsMax))
        {
            ImmutableArray<WireOperation> operations = [.. some.Select(prefix => new WireOperation(new WireKeyOperation("get-tree", ConsulKeys.ToConsul(prefix))))];
            var body = JsonSerializer.SerializeToUtf8Bytes(operations, ConsulWire.Default.ImmutableArrayWireOperation);
            var answer = await RepeatAsync(HttpMethod.Put, "/v1/txn?stale=", body, cancellationToken);
            if (answer.Status != HttpStatusCode.OK)
            {
                throw new StoreUnavailableException($"Consul refuses to read: {answer.Text}", null);
            }

            var results = JsonSerializer.Deserialize(answer.Body, ConsulWire.Default.WireTransactionAnswer)?.Results ?? [];
            entries.AddRange(results.Select(result => result.KeyValue).OfType<WireEntry>().Select(ConsulKeys.Entry));
        }

        return entries.ToImmutable();
    }
}
