using Holdfast.Model;
using Xunit;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests;

public class RememberingTests
{
    [Fact]
    public void The_beginning_of_a_crash_is_remembered_until_the_database_runs()
    {
        var crashed = Healthy.Crashed(true);
        var first = Remembering.Step(crashed);
        var later = Remembering.Step(crashed with { Now = Now + TimeSpan.FromSeconds(9), Memory = first });

        Assert.Equal(Now, later.CrashedAt);
        Assert.Null(Remembering.Step(Healthy with { Memory = later }).CrashedAt);
    }

    [Fact]
    public void Failures_of_one_kind_are_counted_and_a_success_forgets_them()
    {
        var failed = Following.Crashed(true).HavingFailed(DatabaseJobKind.Rewind, 2, TimeSpan.FromMinutes(1)).HavingDone(DatabaseJobKind.Rewind, JobState.Failed);
        var once = Remembering.Step(failed);
        var seenAgain = Remembering.Step(failed with { Memory = once });

        Assert.Equal(3, once.LastFailure?.Count);
        Assert.Equal(3, seenAgain.LastFailure?.Count);
        Assert.Null(Remembering.Step(failed.HavingDone(DatabaseJobKind.Rewind, JobState.Succeeded) with { Memory = once }).LastFailure);
    }

    [Fact]
    public void A_clone_forgets_how_often_the_old_directory_failed_to_start() =>
        Assert.Null(Remembering.Step(Following.Crashed(false)
            .HavingFailed(DatabaseJobKind.StartReplica, 3, TimeSpan.FromMinutes(1))
            .HavingDone(DatabaseJobKind.Clone, JobState.Succeeded)).LastFailure);

    [Fact]
    public void The_greatest_term_is_remembered_and_never_falls()
    {
        var memory = Remembering.Step(Following.WithLeader(Gamma));

        Assert.Equal(new Term(30), memory.LastTerm);
        Assert.Equal(new Term(30), Remembering.Step(Following with { Memory = memory }).LastTerm);
    }

    [Fact]
    public void Who_might_have_led_before_a_promotion_is_kept_until_it_has_succeeded()
    {
        var before = Following.WithLeader(Beta).Synchronous(Beta);
        var memory = Remembering.Step(before);
        var alone = before.WithStore(store => store with { Sync = new SyncState(Beta, []) }) with { Memory = memory };

        Assert.Equal(before.Store.Sync, Remembering.Step(alone).SyncBeforePromotion);
        Assert.Null(Remembering.Step(alone with { Database = Healthy.Database }).SyncBeforePromotion);
    }

    [Fact]
    public void A_lost_stream_is_timed_from_when_it_was_lost()
    {
        var lost = Following.WithDatabase(database => database with { IsStreaming = false });
        var memory = Remembering.Step(lost);

        Assert.Equal(Now, Remembering.Step(lost with { Now = Now + TimeSpan.FromSeconds(5), Memory = memory }).NotStreamingSince);
        Assert.Null(Remembering.Step(Following with { Memory = memory }).NotStreamingSince);
    }

    [Fact]
    public void What_a_lease_was_promised_for_is_remembered_until_it_is_given_away_or_somebody_else_leads()
    {
        var memory = Remembering.Step(Healthy);

        Assert.Equal(Healthy.MayServeUntil, memory.LeaseEndsAt);
        Assert.Equal(memory.LeaseEndsAt, Remembering.Step(Healthy.WithoutLease().WithoutSession() with { Memory = memory }).LeaseEndsAt);
        Assert.Null(Remembering.Step(Healthy.WithLeader(Beta) with { Memory = memory }).LeaseEndsAt);
        Assert.Null(Remembering.Step(Healthy.WithoutLease() with { Memory = memory with { GivenAway = memory.LastTerm } }).LeaseEndsAt);
    }

    [Fact]
    public void The_last_leader_is_remembered_until_it_says_that_its_database_is_no_primary()
    {
        var memory = Remembering.Step(Following);
        var vanished = Following.WithoutLease() with { Memory = memory };

        Assert.Equal(new LastLeader(Alpha, "http://alpha:8008/patroni"), memory.LastLeader);
        Assert.Equal(memory.LastLeader, Remembering.Step(vanished.WithoutReport(Alpha)).LastLeader);
        Assert.Null(Remembering.Step(vanished.WithReport(Alpha, report => report with { State = MemberState.Stopped })).LastLeader);
    }
}
