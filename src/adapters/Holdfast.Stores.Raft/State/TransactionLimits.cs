using System.Text;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Raft.State;

/// <summary>How large a transaction may be; checked before anything is sent.</summary>
internal static class TransactionLimits
{
    private const int KeyBytesMax = 4096;

    public static void Check(StoreTransaction transaction, int valueBytesMax, int transactionBytesMax)
    {
        var total = 0L;
        foreach (var condition in transaction.Conditions)
        {
            total += KeyBytes(condition.Key);
        }

        foreach (var write in transaction.Writes)
        {
            total += KeyBytes(write.Key);
            if (write is StoreWrite.Put put)
            {
                var bytes = Encoding.UTF8.GetByteCount(put.Value);
                if (bytes > valueBytesMax)
                {
                    throw new ArgumentException($"the value of {put.Key} has {bytes} bytes; {valueBytesMax} are allowed", nameof(transaction));
                }

                total += bytes;
            }
        }

        if (total > transactionBytesMax)
        {
            throw new ArgumentException($"the transaction has {total} bytes; {transactionBytesMax} are allowed", nameof(transaction));
        }
    }

    private static int KeyBytes(string key)
    {
        var bytes = Encoding.UTF8.GetByteCount(key);
        return bytes <= KeyBytesMax
            ? bytes + 16
            : throw new ArgumentException($"a key of {bytes} bytes; {KeyBytesMax} are allowed", nameof(key));
    }
}
