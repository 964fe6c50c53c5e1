using Holdfast.Model.Probes;

namespace Holdfast.Probes.Tests;

public sealed class PostgreSqlProberTests(PostgreSqlServer server) : ProberTests(server), IClassFixture<PostgreSqlServer>;

public sealed class MySqlProberTests(MySqlServer server) : ProberTests(server), IClassFixture<MySqlServer>;

/// <summary>A prober of a real server, whichever it is.</summary>
public abstract class ProberTests(CanaryServer server)
{
    [Fact]
    public async Task It_makes_its_table_and_keeps_one_row_for_each_member()
    {
        await using var alpha = CanaryServer.Start(server.Options with { Member = "one-alpha" });
        await using var beta = CanaryServer.Start(server.Options with { Member = "one-beta" });

        var record = await CanaryServer.UntilAsync(alpha, record => record.Attempts >= 20);
        await CanaryServer.UntilAsync(beta, record => record.Attempts >= 20);

        Assert.True(record.IsServed);
        Assert.Empty(record.Failures);
        Assert.Equal(2L, await server.DoAsync("SELECT count(*) FROM holdfast.canary WHERE member LIKE 'one-%'"));
    }

    [Fact]
    public async Task A_server_that_is_silent_is_late_and_holds_nobody_up()
    {
        await using var prober = CanaryServer.Start(server.Options with { Member = "silent", Limits = server.Options.Limits with { Timeout = TimeSpan.FromMilliseconds(300) } });
        await CanaryServer.UntilAsync(prober, record => record.IsServed);

        server.Way.BlackHole();
        var failing = await CanaryServer.UntilAsync(prober, record => record.Failures.GetValueOrDefault(ProbeOutcome.Timeout) >= 12);
        Assert.False(failing.IsServed);
        Assert.NotNull(failing.ReportAt(TimeProvider.System.GetUtcNow())!.FailingSince);

        server.Way.Pass();
        var served = await CanaryServer.UntilAsync(prober, record => record.IsServed);
        Assert.True(served.Last!.Length > TimeSpan.Zero);
        Assert.Equal(0, served.Total.LostWrites);
    }

    [Fact]
    public async Task Nobody_who_listens_is_a_refusal()
    {
        await using var prober = CanaryServer.Start(server.Options with { Member = "refused" });
        await CanaryServer.UntilAsync(prober, record => record.IsServed);

        server.Way.Refuse();
        var failing = await CanaryServer.UntilAsync(prober, record => record.Failures.GetValueOrDefault(ProbeOutcome.Refused) > 0);
        server.Way.Pass();

        Assert.False(failing.IsServed);
        await CanaryServer.UntilAsync(prober, record => record.IsServed);
    }

    [Fact]
    public async Task A_row_that_went_back_is_a_mismatch_and_every_acknowledged_write_beyond_it_is_lost()
    {
        await using var prober = CanaryServer.Start(server.Options with { Member = "back" });
        await CanaryServer.UntilAsync(prober, record => record.Writes.Count >= 10);

        var noticed = CanaryServer.UntilAsync(prober, record => record.Total.LostWrites >= 6);
        while (!noticed.IsCompleted)
        {
            // Nobody can see one of these that falls between the prober's look and its next write.
            await server.DoAsync("UPDATE holdfast.canary SET sequence = 3 WHERE member = 'back'");
        }

        await noticed;
        var record = await CanaryServer.UntilAsync(prober, record => record.IsServed);
        Assert.True(record.Failures.ContainsKey(ProbeOutcome.Mismatch), "the loss is not a mismatch");
    }

    [Fact]
    public async Task A_table_that_is_gone_is_made_again_and_its_writes_are_lost()
    {
        await using var prober = CanaryServer.Start(server.Options with { Member = "gone" });
        await CanaryServer.UntilAsync(prober, record => record.Writes.Count >= 5);

        await server.DoAsync("DROP TABLE holdfast.canary");

        var record = await CanaryServer.UntilAsync(prober, record => record.Total.LostWrites >= 5 && record.IsServed);
        Assert.True(record.Failures.GetValueOrDefault(ProbeOutcome.Error) > 0);
    }

    [Fact]
    public async Task Somebody_else_who_writes_its_row_is_noticed_and_loses_nothing()
    {
        await using var prober = CanaryServer.Start(server.Options with { Member = "twice" });
        await CanaryServer.UntilAsync(prober, record => record.IsServed);

        var noticed = CanaryServer.UntilAsync(prober, record => record.Failures.ContainsKey(ProbeOutcome.Mismatch));
        while (!noticed.IsCompleted)
        {
            // It shows where one of these falls between a write and its reading.
            await server.DoAsync("UPDATE holdfast.canary SET sequence = sequence + 1 WHERE member = 'twice'");
        }

        await noticed;
        Assert.Equal(0, prober.Record.Total.LostWrites);
    }

    [Fact]
    public async Task Whoever_lacks_a_right_is_told_what_to_run_and_nothing_counts_as_an_outage()
    {
        await server.AddUserAsync("powerless");
        await using var prober = CanaryServer.Start(server.Options with { Member = "powerless", Username = "powerless" });

        var record = await CanaryServer.UntilAsync(prober, record => record.Trouble is not null);

        Assert.Contains("as a superuser", record.Trouble, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Options.Password, record.Trouble, StringComparison.Ordinal);
        Assert.Null(record.Present);
    }

    [Fact]
    public async Task What_was_measured_outlives_the_prober_and_a_broken_file_is_no_obstacle()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var options = server.Options with { Member = "kept", HistoryFile = file };
        try
        {
            await using (var first = CanaryServer.Start(options))
            {
                await CanaryServer.UntilAsync(first, record => record.Total.Up > TimeSpan.Zero);
            }

            await using (var second = CanaryServer.Start(options))
            {
                Assert.True(second.Record.History.Over(ServiceHistory.Month, TimeProvider.System.GetUtcNow()).Up > TimeSpan.Zero);
            }

            await File.WriteAllTextAsync(file, "no JSON", TestContext.Current.CancellationToken);
            await using var third = CanaryServer.Start(options);
            Assert.Equal(ServiceHistory.Empty, third.Record.History);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
