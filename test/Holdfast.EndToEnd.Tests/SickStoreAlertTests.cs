namespace Holdfast.EndToEnd.Tests;

/// <summary>An etcd that answers late, or too late, and what is told of it while the cluster goes on.</summary>
public sealed class SickStoreAlertTests : ToldCluster
{
    /// <summary>One way; a call takes twice as long. Renewals are given a second with the times below.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(125);
    private static readonly TimeSpan TooLate = TimeSpan.FromMilliseconds(600);

    [Fact]
    public async Task A_store_that_answers_late_is_told_as_slow_and_one_that_answers_too_late_as_failing_and_so_is_their_end()
    {
        await using var etcd = new SickEtcd(TimeProvider.System);
        await etcd.StartAllAsync(Stop);
        await CreateAsync("late-store", etcd.Section);
        Cluster.Start();
        await WholeAsync();
        var leader = LeaderName();
        await HoldfastAsync(
            Cluster.Member(leader), "edit-config", Cluster.Plan.Scope, "--force",
            "-s", "ttl=6", "-s", "loop_wait=2", "-s", "alerts.rules.StoreSlow.for=1s", "-s", "alerts.rules.StoreSlow.keep_for=1s", "-s", "alerts.rules.StoreFailing.for=1s", "-s", "alerts.rules.StoreFailing.keep_for=1s");

        Answer(etcd, Late);
        await TellsAsync("warning", "StoreSlow", leader);
        etcd.Heal();
        await TellsAsync("resolved", "StoreSlow", leader);

        // A busy machine adds to what is late, so that some calls may have been given up.
        var before = Heard("warning", "StoreFailing", null).Count();
        await UntilAsync(() => Heard("resolved", "StoreFailing", null).Count() == before, "nobody has told that the store answers again");

        // Leases end, and the members confirm the primary, which therefore is no reason to call anybody.
        Answer(etcd, TooLate);
        await UntilAsync(() => Heard("warning", "StoreFailing", null).Count() > before, "nobody has told that the store fails");
        await TellsAsync("critical", "QuorumLost", null);
        await Task.Delay(TimeSpan.FromSeconds(10), Stop);
        etcd.Heal();
        await UntilAsync(() => Heard("resolved", "QuorumLost", null).Count() >= Cluster.Members.Count, "not every member has told the end");
        await UntilAsync(() => Heard("resolved", "StoreFailing", null).Count() > before, "nobody has told that the store answers");
        await WholeAsync();
        Assert.Equal(leader, LeaderName());
        await NothingElseAsync("StoreSlow", "StoreFailing", "QuorumLost", "StoreMemberLost");
    }

    private static void Answer(SickEtcd etcd, TimeSpan delay)
    {
        foreach (var server in etcd.Clients)
        {
            server.Delay(delay);
        }
    }
}
