using System.Collections.Immutable;
using System.Diagnostics;
using Holdfast.Model;
using Xunit;

namespace Holdfast.Engines.PostgreSql.Tests;

/// <summary>Two and three servers that follow each other.</summary>
public class ReplicationTests
{
    private const string RestartOfTheSlot = "SELECT restart_lsn::text FROM pg_replication_slots WHERE slot_name = 'node_2'";

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static SyncSetting Waits(params Member[] standbys) => new([.. standbys.Select(standby => standby.Options.MemberName)], 1, false, null);

    [Fact]
    public async Task A_clone_streams_and_both_sides_see_it()
    {
        await using var primary = await Member.StartPrimaryAsync("node-1");
        await using var replica = await primary.StartReplicaAsync("node-2");

        await primary.SqlAsync("CREATE TABLE t (x int); INSERT INTO t VALUES (1)");

        var seen = await primary.UntilAsync(view => view.Standbys is [{ IsStreaming: true }]);
        Assert.Equal(replica.Options.MemberName, seen.Standbys[0].Member);
        Assert.Contains("node_2", seen.Slots);
        var view = await replica.UntilAsync(view => view.Position >= seen.Position && view.ReplayPosition >= seen.Position);
        Assert.True(view is { Role: DatabaseRole.Replica, IsStreaming: true, IsResponsive: true, IsRestartPending: false }, view.ToString());
        Assert.Equal(primary.AsUpstream, view.Upstream);
        Assert.Equal(seen.SystemId, view.SystemId);
        Assert.Equal(new Timeline(1), view.Timeline);
        Assert.True(view.Disk is { FreeBytes: > 0, TotalBytes: > 0 });
    }

    [Fact]
    public async Task A_new_agent_lets_go_of_no_commit_that_waits()
    {
        await using var primary = await Member.StartPrimaryAsync("node-1");
        await primary.Engine.SetSynchronousAsync(new([new("nobody-there")], 1, false, null), Now);
        await primary.UntilAsync(view => view.Synchronous.Standbys is [{ Text: "nobody-there" }]);

        await primary.ReplaceEngineAsync();
        await primary.Engine.ConfigureAsync("{}", Now);

        Assert.Contains("nobody-there", await File.ReadAllTextAsync(Path.Combine(primary.Options.DataDirectory, "postgresql.conf"), Now), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_promoted_replica_is_followed_by_the_others()
    {
        await using var first = await Member.StartPrimaryAsync("node-1");
        await using var second = await first.StartReplicaAsync("node-2");
        await using var third = await first.StartReplicaAsync("node-3");
        await first.DoAsync(new DatabaseWork.Stop(TimeSpan.FromSeconds(20)));

        var clock = Stopwatch.StartNew();
        var job = await second.DoAsync(new DatabaseWork.Promote(TimeSpan.FromSeconds(20)));
        TestContext.Current.TestOutputHelper?.WriteLine($"promote: {clock.Elapsed.TotalMilliseconds:0} ms ({job.Progress})");
        var promoted = await second.LookAsync();
        Assert.True(promoted is { Role: DatabaseRole.Primary, Upstream: null }, promoted.ToString());
        Assert.Equal(new Timeline(2), promoted.Timeline);
        await second.DoAsync(new DatabaseWork.Checkpoint());
        Assert.True((await second.LookAsync()).HasCheckpointedSincePromotion);

        await second.HoldSlotsForAsync(first, third);
        await third.Engine.FollowAsync(second.AsUpstream, Now);
        await third.UntilAsync(view => view is { IsStreaming: true } && view.Timeline == new Timeline(2));
        Assert.Equal(second.AsUpstream, (await third.LookAsync()).Upstream);

        // A clean stop sent everything, so the former primary needs no rewind.
        await first.DoAsync(new DatabaseWork.StartReplica(second.AsUpstream));
        await first.UntilAsync(view => view is { IsStreaming: true } && view.Timeline == new Timeline(2));
    }

    [Fact]
    public async Task A_diverged_primary_is_rewound_and_follows()
    {
        await using var first = await Member.StartPrimaryAsync("node-1");
        await using var second = await first.StartReplicaAsync("node-2");
        await second.Engine.FollowAsync(null, Now);
        await second.UntilAsync(view => !view.IsStreaming);
        await first.SqlAsync("CREATE TABLE lost (x int)");
        first.Engine.Kill();
        await second.DoAsync(new DatabaseWork.Promote(TimeSpan.FromSeconds(20)));
        await second.DoAsync(new DatabaseWork.Checkpoint());
        await second.SqlAsync("CREATE TABLE kept (x int)");
        await second.HoldSlotsForAsync(first);

        var job = await first.DoAsync(new DatabaseWork.RewindTo(second.AsUpstream));

        TestContext.Current.TestOutputHelper?.WriteLine(job.Progress);
        var view = await first.LookAsync();
        Assert.Equal(DataDirectoryState.Valid, view.Directory);
        await first.DoAsync(new DatabaseWork.StartReplica(second.AsUpstream));
        await first.UntilAsync(view => view is { IsStreaming: true } && view.Timeline == new Timeline(2));
        Assert.Equal(1L, await first.SqlAsync("SELECT count(*) FROM pg_class WHERE relname IN ('lost', 'kept')"));
    }

    [Fact]
    public async Task A_rewind_onto_a_source_without_a_checkpoint_leaves_the_target_whole()
    {
        await using var first = await Member.StartPrimaryAsync("node-1");
        await using var second = await first.StartReplicaAsync("node-2");
        first.Engine.Kill();

        var job = await first.TryAsync(new DatabaseWork.RewindTo(second.AsUpstream));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("is no primary", job.Progress, StringComparison.Ordinal);
        Assert.Equal(DataDirectoryState.Valid, (await first.LookAsync()).Directory);
    }

    [Fact]
    public async Task Commits_wait_for_the_named_standbys_from_a_known_position_on()
    {
        await using var first = await Member.StartPrimaryAsync("node-1");
        await using var second = await first.StartReplicaAsync("node-2");
        var wish = Waits(second);

        await first.Engine.SetSynchronousAsync(wish, Now);

        var view = await first.UntilAsync(view => view.Synchronous.EffectiveFrom is not null);
        Assert.True(view.Synchronous.IsSameWish(wish));
        Assert.True(view.Synchronous.EffectiveFrom > LogPosition.Zero);
        await first.UntilAsync(view => view.Standbys is [{ IsSynchronous: true }]);

        await second.Engine.SetSynchronousAsync(Waits(first), Now);
        var beforePromotion = await second.UntilAsync(view => view.Synchronous.EffectiveFrom is not null);
        Assert.Equal(LogPosition.Zero, beforePromotion.Synchronous.EffectiveFrom);
        first.Engine.Kill();
        await second.DoAsync(new DatabaseWork.Promote(TimeSpan.FromSeconds(20)));
        var promoted = await second.LookAsync();
        Assert.True(promoted.Synchronous.IsSameWish(Waits(first)));
        Assert.True(promoted.Synchronous.EffectiveFrom > LogPosition.Zero, "what was acknowledged before the promotion must be on the standby too");

        await second.Engine.SetSynchronousAsync(SyncSetting.None, Now);
        await second.UntilAsync(view => view.Synchronous.Standbys.IsEmpty && view.Synchronous.EffectiveFrom is not null);
    }

    [Fact]
    public async Task The_slots_of_gone_members_are_dropped_and_an_operators_own_are_not()
    {
        await using var first = await Member.StartPrimaryAsync("node-1");
        await using var second = await first.StartReplicaAsync("node-2");
        await first.SqlAsync("SELECT pg_create_physical_replication_slot('operators_own')");
        await first.HoldSlotsForAsync(second, first);
        await second.DoAsync(new DatabaseWork.Stop(TimeSpan.FromSeconds(20)));
        await first.UntilAsync(view => view.Standbys.IsEmpty && view.Slots.Length == 2);

        await first.HoldSlotsForAsync();

        Assert.Equal(["operators_own"], (await first.LookAsync()).Slots);
    }

    [Fact]
    public async Task The_slot_of_a_member_that_streams_from_elsewhere_follows_what_that_member_has_reached()
    {
        await using var first = await Member.StartPrimaryAsync("node-1");
        await using var second = Member.Create("node-2");
        await first.HoldSlotsForAsync(second);
        var holds = await first.SqlAsync(RestartOfTheSlot);
        await first.SqlAsync("CREATE TABLE t AS SELECT generate_series(1, 1000) AS x");
        var (_, position) = (await first.SqlAsync("SELECT pg_switch_wal()"), (await first.LookAsync()).Position);

        Assert.True(await first.Engine.SetMemberSlotsAsync(ImmutableSortedDictionary<MemberName, LogPosition>.Empty.Add(second.Options.MemberName, position), Now));

        Assert.NotEqual(holds, await first.SqlAsync(RestartOfTheSlot));
    }

    [Fact]
    public async Task Slots_that_could_not_be_made_are_owned_up_to_and_the_next_try_makes_them()
    {
        await using var first = await Member.StartPrimaryAsync("node-1");
        await using var second = Member.Create("node-2");
        var members = ImmutableSortedDictionary<MemberName, LogPosition>.Empty.Add(second.Options.MemberName, LogPosition.Zero);
        await first.LookAsync();
        first.Engine.Kill();

        Assert.False(await first.Engine.SetMemberSlotsAsync(members, Now));

        await first.DoAsync(new DatabaseWork.StartPrimary());
        await first.LookAsync();
        Assert.True(await first.Engine.SetMemberSlotsAsync(members, Now));
        Assert.Contains("node_2", (await first.LookAsync()).Slots);
    }

    [Fact]
    public async Task A_clone_without_room_is_refused_with_figures_and_touches_nothing()
    {
        await using var primary = await Member.StartPrimaryAsync("node-1");
        await using var replica = Member.Create("node-2", options => options with { MinimumFreeBytesAfterClone = 1L << 60 });
        Directory.CreateDirectory(replica.Data);

        var job = await replica.TryAsync(new DatabaseWork.CloneFrom(primary.AsUpstream));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("needed", job.Progress, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(replica.Data));
        Assert.Equal(DataDirectoryState.Empty, (await replica.LookAsync()).Directory);
    }

    [Fact]
    public async Task A_clone_sets_the_former_system_aside()
    {
        await using var primary = await Member.StartPrimaryAsync("node-1");
        await using var other = await Member.StartPrimaryAsync("node-2");
        other.Engine.Kill();

        var job = await other.DoAsync(new DatabaseWork.CloneFrom(primary.AsUpstream));

        TestContext.Current.TestOutputHelper?.WriteLine(job.Progress);
        var aside = Assert.Single(Directory.GetDirectories(Path.GetDirectoryName(other.Data) ?? "", "data.set-aside.*"));
        Assert.True(File.Exists(Path.Combine(aside, "PG_VERSION")));
        var view = await other.LookAsync();
        Assert.Equal(DatabaseProcess.Stopped, view.Process);
        Assert.False(view.Control?.WasPrimary);
    }

    [Fact]
    public async Task A_source_that_is_away_fails_a_clone_before_anything_is_touched()
    {
        await using var other = await Member.StartPrimaryAsync("node-2");
        await other.DoAsync(new DatabaseWork.Stop(TimeSpan.FromSeconds(20)));

        var job = await other.TryAsync(new DatabaseWork.CloneFrom(new(new("nobody"), "127.0.0.1", 1)));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("cannot be reached", job.Progress, StringComparison.Ordinal);
        Assert.Equal(DataDirectoryState.Valid, (await other.LookAsync()).Directory);
    }
}
