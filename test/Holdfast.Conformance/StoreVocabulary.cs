using Holdfast.Model;
using Holdfast.Ports.Store;

namespace Holdfast.Conformance;

/// <summary>Short words for what tests say to a store.</summary>
public static class StoreVocabulary
{
    extension(IConsensusStore store)
    {
        public async Task<CommitResult> CommitSurelyAsync(StoreTransaction transaction, CancellationToken cancellationToken)
        {
            while (true)
            {
                try
                {
                    return await store.CommitAsync(transaction, cancellationToken);
                }
                catch (StoreUnavailableException)
                {
                    // Nothing was written: ask again, as long as the test's own limit allows.
                    await Task.Delay(20, cancellationToken);
                }
            }
        }

        public async Task<StoreImage> ReadSurelyAsync(string prefix, CancellationToken cancellationToken)
        {
            while (true)
            {
                try
                {
                    return await store.ReadAsync(prefix, cancellationToken);
                }
                catch (StoreUnavailableException)
                {
                    await Task.Delay(20, cancellationToken);
                }
            }
        }

        public async Task<Revision> PutAsync(string key, string value, CancellationToken cancellationToken)
        {
            var result = await store.CommitSurelyAsync(Transactions.Put(key, value), cancellationToken);
            return result.Outcome == CommitOutcome.Committed
                ? result.Revision
                : throw new InvalidOperationException($"the put of {key} ended as {result.Outcome}");
        }

        public async Task<string?> GetAsync(string key, CancellationToken cancellationToken) =>
            (await store.ReadSurelyAsync(key, cancellationToken)).Entries.FirstOrDefault(entry => entry.Key == key)?.Value;
    }
}

/// <summary>The transactions that tests use most.</summary>
public static class Transactions
{
    public static StoreTransaction Put(string key, string value) => new([], [new StoreWrite.Put(key, value, null)]);

    public static StoreTransaction PutUnder(SessionId session, params string[] keys) =>
        new([], [.. keys.Select(key => new StoreWrite.Put(key, "mine", session))]);

    public static StoreTransaction PutIf(string key, Revision modified, string value) =>
        new([new StoreCondition(key, modified)], [new StoreWrite.Put(key, value, null)]);

    public static StoreTransaction Delete(string key) => new([], [new StoreWrite.Delete(key)]);
}
