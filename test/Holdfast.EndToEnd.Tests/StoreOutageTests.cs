using Holdfast.Demo.Canary;
using Holdfast.Demo.Processes;

namespace Holdfast.EndToEnd.Tests;

/// <summary>A store that is away is no reason to move a healthy primary, nor to stop its writes.</summary>
public abstract class StoreOutageTests(ExternalStoreCluster live) : StoreTroubleTests(live)
{
    private readonly ExternalStoreCluster live = live;

    [Fact]
    public async Task A_primary_goes_on_while_the_whole_store_is_away()
    {
        var roles = await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();
        await WritesGoOnAsync(canary);

        live.Servers.KillAll();
        await Until.TrueAsync(() => SaysFailsafeAsync(roles), () => "failsafe mode did not begin");
        await WritesGoOnAsync(canary);
        await live.Servers.StartAllAsync(Stop);

        await Until.TrueAsync(async () => !await SaysFailsafeAsync(roles), () => "failsafe mode did not end");
        await NothingChangedAsync(canary);
    }

    [Fact]
    public async Task A_store_that_comes_and_goes_changes_nothing()
    {
        var roles = await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();
        for (var turn = 0; turn < 3; turn++)
        {
            live.Servers.KillAll();
            await Until.TrueAsync(() => SaysFailsafeAsync(roles), () => "failsafe mode did not begin");
            await live.Servers.StartAllAsync(Stop);
            await WritesGoOnAsync(canary);
        }

        await NothingChangedAsync(canary);
    }

    [Fact]
    public async Task A_dead_primary_is_replaced_as_with_the_embedded_store()
    {
        var roles = await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();
        await WritesGoOnAsync(canary);
        var at = canary.Now;

        foreach (var process in roles.Leader.Processes())
        {
            ProcessTable.Send(process, Signal.Kill);
        }

        Assert.True(await canary.WaitForServiceSinceAsync(at, Limit, Stop), "nobody took over");
        roles.Leader.Start();
        await live.WholeAsync();
        Assert.Empty(await canary.FindLostAsync(Stop));
        Assert.Equal(0, CanaryFigures.SecondWriterCount(canary.Acknowledgements()));
    }
}

/// <summary>The same on etcd, whose servers also freeze one by one, and whose keys somebody may wipe.</summary>
public sealed class EtcdOutageTests(EtcdLiveCluster live) : StoreOutageTests(live), IClassFixture<EtcdLiveCluster>
{
    private readonly EtcdLiveCluster live = live;

    [Fact]
    public async Task One_frozen_server_of_three_changes_nothing_whichever_it_is()
    {
        await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();
        for (var server = 0; server < 3; server++)
        {
            live.Etcd.Freeze(server);
            await LastAsync();
            live.Etcd.Thaw(server);
            await WritesGoOnAsync(canary);
        }

        await NothingChangedAsync(canary);
    }

    [Fact]
    public async Task Keys_that_somebody_has_wiped_are_written_anew_by_the_primary_that_goes_on()
    {
        await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();
        await WritesGoOnAsync(canary);

        await live.Etcd.WipeAsync(Stop);

        await LogsSayAsync("RetakeLease: the store has lost the cluster's keys");
        await NothingChangedAsync(canary);
        Assert.Contains("synchronous_mode", await live.DoAsync("show-config"), StringComparison.Ordinal);
    }
}

/// <summary>The same on Consul.</summary>
public sealed class ConsulOutageTests(ConsulLiveCluster live) : StoreOutageTests(live), IClassFixture<ConsulLiveCluster>
{
    private readonly ConsulLiveCluster live = live;

    [Fact]
    public async Task One_frozen_server_of_three_changes_nothing_whichever_it_is()
    {
        await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();
        for (var server = 0; server < 3; server++)
        {
            live.Consul.Freeze(server);
            await LastAsync();
            live.Consul.Thaw(server);
            await WritesGoOnAsync(canary);
        }

        await NothingChangedAsync(canary);
    }
}
