using Holdfast.Model;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Conformance;

/// <summary>What every consensus store has to do. A store's tests derive from this and say how to start one.</summary>
public abstract partial class StoreConformance : IAsyncLifetime
{
    private IStoreCluster? cluster;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected IReadOnlyList<IConsensusStore> Stores => cluster?.Endpoints ?? throw new InvalidOperationException("the store is not started");

    protected IConsensusStore First => Stores[0];

    protected IConsensusStore Other => Stores[^1];

    /// <summary>How many writes one transaction of the store takes.</summary>
    protected virtual int WritesAtOnceMax => 100;

    protected abstract Task<IStoreCluster> StartClusterAsync(CancellationToken cancellationToken);

    public async ValueTask InitializeAsync()
    {
        cluster = await StartClusterAsync(Stop);
        await First.ReadSurelyAsync("/", Stop);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_is_written_at_one_endpoint_is_read_at_every_other()
    {
        for (var i = 0; i < 50; i++)
        {
            await Stores[i % Stores.Count].PutAsync("/a/key", $"value {i}", Stop);
            foreach (var store in Stores)
            {
                Assert.Equal($"value {i}", await store.GetAsync("/a/key", Stop));
            }
        }
    }

    [Fact]
    public async Task A_read_gives_exactly_the_keys_below_the_prefix_in_order()
    {
        foreach (var key in new[] { "/a/2", "/a/1", "/ab", "/b/1", "/a/1/x" })
        {
            await First.PutAsync(key, key, Stop);
        }

        var image = await Other.ReadSurelyAsync("/a/", Stop);

        Assert.Equal(["/a/1", "/a/1/x", "/a/2"], image.Entries.Select(entry => entry.Key));
        Assert.All(image.Entries, entry => Assert.Equal(entry.Key, entry.Value));
        Assert.All(image.Entries, entry => Assert.True(entry.Modified <= image.Revision));
    }

    [Fact]
    public async Task A_put_raises_the_revision_and_marks_its_key()
    {
        var before = await First.PutAsync("/a", "1", Stop);
        var after = await Other.PutAsync("/a", "2", Stop);

        Assert.True(after > before);
        Assert.Equal(after, (await First.ReadSurelyAsync("/a", Stop)).Entries.Single().Modified);
    }

    [Fact]
    public async Task A_key_is_created_only_where_there_is_none()
    {
        var create = Transactions.PutIf("/lock", Revision.Absent, "mine");

        Assert.Equal(CommitOutcome.Committed, (await First.CommitSurelyAsync(create, Stop)).Outcome);
        Assert.Equal(CommitOutcome.Conflict, (await Other.CommitSurelyAsync(create, Stop)).Outcome);
        Assert.Equal(CommitOutcome.Committed, (await Other.CommitSurelyAsync(Transactions.Delete("/lock"), Stop)).Outcome);
        Assert.Equal(CommitOutcome.Committed, (await First.CommitSurelyAsync(create, Stop)).Outcome);
    }

    [Fact]
    public async Task A_condition_on_an_older_revision_is_a_conflict_and_writes_nothing()
    {
        var old = await First.PutAsync("/a", "1", Stop);
        await First.PutAsync("/a", "2", Stop);

        var result = await Other.CommitSurelyAsync(Transactions.PutIf("/a", old, "3"), Stop);

        Assert.Equal(CommitOutcome.Conflict, result.Outcome);
        Assert.Equal("2", await First.GetAsync("/a", Stop));
    }

    [Fact]
    public async Task A_transaction_writes_everything_or_nothing()
    {
        var modified = await First.PutAsync("/a", "1", Stop);
        StoreTransaction Swap(Revision condition) => new(
            [new StoreCondition("/a", condition), new StoreCondition("/b", Revision.Absent)],
            [new StoreWrite.Put("/b", "1", null), new StoreWrite.Delete("/a"), new StoreWrite.Put("/c", "1", null)]);

        Assert.Equal(CommitOutcome.Conflict, (await First.CommitSurelyAsync(Swap(new Revision(modified.Number + 99)), Stop)).Outcome);
        Assert.Equal(["/a"], (await Other.ReadSurelyAsync("/", Stop)).Entries.Select(entry => entry.Key));

        var done = await First.CommitSurelyAsync(Swap(modified), Stop);
        var image = await Other.ReadSurelyAsync("/", Stop);
        Assert.Equal(["/b", "/c"], image.Entries.Select(entry => entry.Key));
        Assert.All(image.Entries, entry => Assert.Equal(done.Revision, entry.Modified));
    }

    [Fact]
    public async Task Deleting_a_key_that_is_absent_is_no_error()
    {
        Assert.Equal(CommitOutcome.Committed, (await First.CommitSurelyAsync(Transactions.Delete("/none"), Stop)).Outcome);
    }

    [Fact]
    public async Task Many_writers_count_one_counter_without_losing_a_step()
    {
        const int Writers = 8;
        const int Steps = 20;

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => CountAsync(Stores[writer % Stores.Count], Steps)));

        Assert.Equal((Writers * Steps).ToString(System.Globalization.CultureInfo.InvariantCulture), await First.GetAsync("/counter", Stop));
    }

    [Fact]
    public async Task A_value_of_half_a_mebibyte_comes_back_whole()
    {
        var value = string.Create(512 * 1024, 0, static (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = (char)('a' + (i * 7 % 26));
            }
        });

        await First.PutAsync("/big", value, Stop);

        Assert.Equal(value, await Other.GetAsync("/big", Stop));
    }

    [Fact]
    public async Task Thousands_of_keys_are_kept_and_read_in_order()
    {
        const int Keys = 3000;
        await Task.WhenAll(Enumerable.Range(0, Keys).Chunk(WritesAtOnceMax).Select(block => First.CommitSurelyAsync(
            new StoreTransaction([], [.. block.Select(i => new StoreWrite.Put($"/many/{i:D5}", $"{i}", null))]), Stop)));

        var image = await Other.ReadSurelyAsync("/many/", Stop);

        Assert.Equal(Enumerable.Range(0, Keys).Select(i => $"/many/{i:D5}"), image.Entries.Select(entry => entry.Key));
    }

    [Fact]
    public async Task Text_beyond_ascii_survives_in_values()
    {
        await First.PutAsync("/text", "grüße, 世界, \"quotes\"\n\0end", Stop);

        Assert.Equal("grüße, 世界, \"quotes\"\n\0end", await Other.GetAsync("/text", Stop));
    }

    private static async Task CountAsync(IConsensusStore store, int steps)
    {
        while (steps > 0)
        {
            var entry = (await store.ReadSurelyAsync("/counter", Stop)).Entries.SingleOrDefault();
            var next = (entry is null ? 0 : int.Parse(entry.Value, System.Globalization.CultureInfo.InvariantCulture)) + 1;
            var write = Transactions.PutIf("/counter", entry?.Modified ?? Revision.Absent, $"{next}");
            switch ((await store.CommitSurelyAsync(write, Stop)).Outcome)
            {
                case CommitOutcome.Committed:
                    steps--;
                    break;
                case CommitOutcome.Conflict:
                    break;
                default:
                    Assert.Fail("a healthy store answers every write");
                    break;
            }
        }
    }
}
