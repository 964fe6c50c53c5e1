using System.Collections.Immutable;
using Google.Protobuf;
using Holdfast.Ports.Store;
using Holdfast.Stores.Etcd.Protocol;

namespace Holdfast.Stores.Etcd;

/// <content>What many clusters have in common.</content>
public sealed partial class EtcdStore : ISharedStore
{
    /// <summary>etcd's <c>--max-txn-ops</c>, unless its servers are told otherwise.</summary>
    private const int OperationsMax = 128;

    private const int PageLength = 1000;

    /// <summary>A page that ends within a cluster's keys is the last that is read of them: how many there are need not be known.</summary>
    public async Task<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        var end = EndOf(prefix);
        var from = Key(prefix);
        while (true)
        {
            var keys = await PageAsync(from, end, cancellationToken);
            names.AddRange(keys
                .Select(key => key[prefix.Length..].IndexOf('/', StringComparison.Ordinal) is > 0 and var length ? key.Substring(prefix.Length, length) : "")
                .Distinct()
                .Where(name => name.Length > 0));
            if (keys.Count < PageLength)
            {
                return names.ToImmutable();
            }

            var isWithin = names.Count > 0 && keys[^1].StartsWith($"{prefix}{names[^1]}/", StringComparison.Ordinal);
            from = isWithin ? EndOf($"{prefix}{names[^1]}/") : Key(keys[^1] + '\0');
        }
    }

    public async Task<ImmutableArray<StoreEntry>> ReadManyAsync(ImmutableArray<string> prefixes, CancellationToken cancellationToken)
    {
        var entries = ImmutableArray.CreateBuilder<StoreEntry>();
        foreach (var some in prefixes.Chunk(OperationsMax))
        {
            var request = new TxnRequest
            {
                Success = { some.Select(prefix => new RequestOp { RequestRange = new() { Key = Key(prefix), RangeEnd = EndOf(prefix), Serializable = true } }) },
            };
            var answer = await calls.RepeatAsync(
                async (server, options) => await new KV.KVClient(server).TxnAsync(request, options), cancellationToken);
            entries.AddRange(answer.Responses.SelectMany(response => response.ResponseRange.Kvs).Select(Entry));
        }

        return entries.ToImmutable();
    }

    private async Task<IReadOnlyList<string>> PageAsync(ByteString from, ByteString end, CancellationToken cancellationToken)
    {
        var request = new RangeRequest { Key = from, RangeEnd = end, Limit = PageLength, KeysOnly = true, Serializable = true };
        var answer = await calls.RepeatAsync(
            async (server, options) => await new KV.KVClient(server).RangeAsync(request, options), cancellationToken);
        return [.. answer.Kvs.Select(pair => pair.Key.ToStringUtf8())];
    }
}
