using System.Globalization;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Conformance;

/// <summary>Many at once, much at once, and large.</summary>
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

    [Fact]
    public async Task A_value_of_half_a_megabyte_is_kept_as_it_is()
    {
        var value = string.Concat(Enumerable.Range(0, 50_000).Select(number => number.ToString("D10", CultureInfo.InvariantCulture)));

        await First.PutAsync("/big", value, Stop);

        Assert.Equal(value, await Other.GetAsync("/big", Stop));
    }

    [Fact]
    public async Task Thousands_of_keys_are_read_at_once()
    {
        const int Keys = 3000;
        const int AtOnce = 50;
        foreach (var some in Enumerable.Range(0, Keys).Chunk(AtOnce))
        {
            await First.CommitSurelyAsync(new StoreTransaction([], [.. some.Select(number => new StoreWrite.Put($"/many/{number:D5}", $"{number}", null))]), Stop);
        }

        var image = await Other.ReadSurelyAsync("/many/", Stop);

        Assert.Equal(Enumerable.Range(0, Keys).Select(number => $"{number}"), image.Entries.Select(entry => entry.Value));
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
