using System.Globalization;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Conformance;

/// <summary>Many at once.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_counter_that_many_raise_by_compare_and_set_counts_every_success_once()
    {
        const int Writers = 6;
        const int Raises = 25;
        await First.PutAsync("/counter", "0", Stop);

        var unknown = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => RaiseAsync(Stores[writer % Stores.Count], Raises)));

        var value = int.Parse((await Other.GetAsync("/counter", Stop))!, CultureInfo.InvariantCulture);
        Assert.InRange(value, Writers * Raises, (Writers * Raises) + unknown.Sum());
    }

    /// <summary>Answers how often nobody knows whether it was raised.</summary>
    private static async Task<int> RaiseAsync(IConsensusStore store, int times)
    {
        var unknown = 0;
        for (var done = 0; done < times;)
        {
            var entry = (await store.ReadSurelyAsync("/counter", Stop)).Entries.Single();
            var next = int.Parse(entry.Value, CultureInfo.InvariantCulture) + 1;
            var raise = new StoreTransaction(
                [new StoreCondition("/counter", entry.Modified)],
                [new StoreWrite.Put("/counter", next.ToString(CultureInfo.InvariantCulture), null)]);
            var outcome = await TryAsync(store, raise);
            done += outcome == CommitOutcome.Committed ? 1 : 0;
            unknown += outcome == CommitOutcome.Unknown ? 1 : 0;
        }

        return unknown;
    }

    private static async Task<CommitOutcome> TryAsync(IConsensusStore store, StoreTransaction transaction)
    {
        try
        {
            return (await store.CommitAsync(transaction, Stop)).Outcome;
        }
        catch (StoreUnavailableException)
        {
            return CommitOutcome.Conflict;
        }
    }
}
