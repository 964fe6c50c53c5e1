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

    /// <summary>From name to name, since a range of all keys would be as long as everything that all clusters keep.</summary>
    public async Task<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        var end = EndOf(prefix);
        for (var from = Key(prefix); await FirstKeyAsync(from, end, cancellationToken) is { } key;)
        {
            var name = key[prefix.Length..].Split('/')[0];
            if (key.Length > prefix.Length + name.Length)
            {
                names.Add(name);
                from = EndOf($"{prefix}{name}/");
            }
            else
            {
                // A key without a step below it.
                from = Key(key + '\0');
            }
        }

        return names.ToImmutable();
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

    private async Task<string?> FirstKeyAsync(ByteString from, ByteString end, CancellationToken cancellationToken)
    {
        var request = new RangeRequest { Key = from, RangeEnd = end, Limit = 1, KeysOnly = true, Serializable = true };
        var answer = await calls.RepeatAsync(
            async (server, options) => await new KV.KVClient(server).RangeAsync(request, options), cancellationToken);
        return answer.Kvs.Count > 0 ? answer.Kvs[0].Key.ToStringUtf8() : null;
    }
}
