using Holdfast.Conformance;
using Holdfast.Demo.Processes;
using Holdfast.StoreServers;

namespace Holdfast.EndToEnd.Tests;

/// <summary>The embedded store's voters as real processes: killed, frozen for longer than a session lives, and thawed.</summary>
[Collection(nameof(Alone))]
public sealed class VoterTests : IAsyncLifetime
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Freeze = TimeToLive * 2;
    private readonly VoterProcesses voters = new([CommandLine.Program], 3, TimeProvider.System);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        voters.StartAll();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => voters.DisposeAsync();

    [Fact]
    public async Task Confirmed_writes_outlive_the_kill_of_all_voters_under_load()
    {
        await using var load = await LoadAsync(voters.Addresses, TimeSpan.FromSeconds(30));
        for (var round = 0; round < 5; round++)
        {
            await load.MoreAsync(200);
            await voters.KillAsync(0, 1, 2);
            voters.StartAll();
        }

        await RequireWholeAsync(load);
    }

    [Fact]
    public async Task A_leader_that_was_frozen_for_longer_than_a_session_lives_ends_none_and_answers_nothing_stale()
    {
        var leader = await voters.LeaderAsync(Stop);
        var others = voters.Addresses.Where(address => address != leader).ToArray();
        await using var load = await LoadAsync(others, TimeToLive);
        await using var writer = voters.Client(others);
        await using var frozen = voters.Client([leader]);
        await writer.PutAsync("/number", "0", Stop);
        for (var round = 1; round <= 3; round++)
        {
            var victim = voters.IndexOf(leader);
            voters.Send(Signal.Stop, victim);
            await Workload.WhileAsync(Freeze);
            await load.MoreAsync(50);
            await writer.PutAsync("/number", $"{round}", Stop);

            // Asked before it can have heard of anything: what lies in its sockets is from before.
            var asked = Enumerable.Range(0, 20).Select(_ => frozen.ReadSurelyAsync("/number", Stop)).ToArray();
            voters.Send(Signal.Continue, victim);
            Assert.All(await Task.WhenAll(asked), image => Assert.Equal($"{round}", image.Entries.Single().Value));
            load.Session.RequireAlive();
            if (await voters.LeaderAsync(Stop) is var next && next != leader)
            {
                await writer.TransferLeadershipAsync(leader, Stop);
            }
        }

        await RequireWholeAsync(load);
    }

    [Fact]
    public async Task A_watch_through_a_frozen_voter_goes_on_at_another_one()
    {
        var leader = await voters.LeaderAsync(Stop);
        var victim = voters.Addresses.First(address => address != leader);
        var others = voters.Addresses.Where(address => address != victim).ToArray();
        await using var writer = voters.Client(others);
        await using var watcher = voters.Client([victim, .. others]);
        await writer.PutAsync("/watched", "before", Stop);
        var image = await watcher.ReadAsync("/watched", Stop);
        await using var changes = watcher.WatchAsync("/watched", image.Revision, Stop).GetAsyncEnumerator(Stop);
        var next = changes.MoveNextAsync().AsTask();
        await writer.PutAsync("/watched", "seen", Stop);
        Assert.True(await next);

        voters.Send(Signal.Stop, voters.IndexOf(victim));
        next = changes.MoveNextAsync().AsTask();
        await writer.PutAsync("/watched", "while frozen", Stop);
        Assert.True(await next);
        Assert.Equal("while frozen", changes.Current.Written.Single().Value);
        voters.Send(Signal.Continue, voters.IndexOf(victim));
    }

    [Fact]
    public async Task After_all_voters_were_frozen_no_session_ends_before_its_time_and_every_confirmed_write_is_there()
    {
        await using var load = await LoadAsync(voters.Addresses, TimeToLive);
        await using var client = voters.Client(voters.Addresses);
        var sessions = new List<KeptSession>();
        for (var round = 0; round < 3; round++)
        {
            sessions.Add(await KeptSession.StartAsync(client, TimeToLive, Stop));
            voters.Send(Signal.Stop, 0, 1, 2);
            await Workload.WhileAsync(Freeze);
            voters.Send(Signal.Continue, 2 - round, round, 0, 1, 2);
            await load.MoreAsync(100);
        }

        // Nobody could keep them for longer than they live, so they may have ended.
        sessions.ForEach(session => session.RequireNotEarly());
        load.Session.RequireNotEarly();
        await load.StopAsync();
        await CheckAsync(load);
    }

    [Fact]
    public async Task A_follower_that_was_frozen_disrupts_nobody_when_it_thaws()
    {
        var leader = await voters.LeaderAsync(Stop);
        await using var load = await LoadAsync(voters.Addresses.Where(address => address == leader).ToArray(), TimeToLive);
        await using var client = voters.Client([leader]);
        var term = (await client.GetStatusAsync(Stop)).Term;
        var victim = Enumerable.Range(0, 3).First(voter => voters.Addresses[voter] != leader);

        voters.Send(Signal.Stop, victim);
        await Workload.WhileAsync(Freeze);
        voters.Send(Signal.Continue, victim);
        await load.MoreAsync(200);

        Assert.Equal((term, leader), ((await client.GetStatusAsync(Stop)).Term, await voters.LeaderAsync(Stop)));
        await RequireWholeAsync(load);
    }

    private async Task RequireWholeAsync(Workload load)
    {
        await load.MoreAsync(50);
        load.Session.RequireAlive();
        await load.StopAsync();
        await CheckAsync(load);
    }

    private async Task CheckAsync(Workload load)
    {
        foreach (var address in voters.Addresses)
        {
            await using var client = voters.Client([address]);
            await load.CheckAsync(client);
        }
    }

    private Task<Workload> LoadAsync(IReadOnlyList<string> addresses, TimeSpan timeToLive)
    {
        var clients = 0;
        return Workload.StartAsync(() => voters.Client([.. addresses.Skip(clients++ % addresses.Count), .. addresses]), 4, timeToLive);
    }
}
