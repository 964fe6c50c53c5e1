using System.Collections.Immutable;
using System.Text;
using Holdfast.Model;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Consul;

/// <summary>The port's transactions as Consul's (developer.hashicorp.com/consul/api-docs/txn).</summary>
internal static class ConsulTransactions
{
    /// <summary>Consul takes no more in one transaction.</summary>
    public const int OperationsMax = 64;

    /// <exception cref="ArgumentException">There are too many.</exception>
    public static ImmutableArray<WireOperation> Operations(StoreTransaction transaction)
    {
        var created = transaction.Conditions.Where(condition => condition.Modified == Revision.Absent).Select(condition => condition.Key).ToHashSet(StringComparer.Ordinal);
        ImmutableArray<WireOperation> operations =
        [
            .. transaction.Conditions.Select(Operation),
            .. transaction.Writes.SelectMany(write => Operations(write, created.Contains(write.Key))),
        ];
        return operations.Length <= OperationsMax
            ? operations
            : throw new ArgumentException($"a transaction of {operations.Length} operations, of which Consul takes {OperationsMax}", nameof(transaction));
    }

    private static WireOperation Operation(StoreCondition condition) => new(condition.Modified == Revision.Absent
        ? new WireKeyOperation("check-not-exists", ConsulKeys.ToConsul(condition.Key))
        : new WireKeyOperation("check-index", ConsulKeys.ToConsul(condition.Key)) { Index = condition.Modified.Number });

    /// <summary>
    /// Consul's own set leaves a key with the session that it had, and its lock fails while another session has the key: what may be
    /// there is deleted first, which nobody sees since both happen at one index.
    /// </summary>
    private static IEnumerable<WireOperation> Operations(StoreWrite write, bool isNew)
    {
        var key = ConsulKeys.ToConsul(write.Key);
        if (write is StoreWrite.Delete || !isNew)
        {
            yield return new(new WireKeyOperation("delete", key));
        }

        if (write is StoreWrite.Put put)
        {
            yield return new(new WireKeyOperation(put.Session is null ? "set" : "lock", key)
            {
                Value = Encoding.UTF8.GetBytes(put.Value),
                Session = put.Session?.Text,
            });
        }
    }
}
