using Holdfast.Decisions.Health;
using Holdfast.Model;
using Holdfast.Model.Approvals;
using Xunit;

namespace Holdfast.Decisions.Tests.Health;

public sealed class ClusterHealthTests
{
    private static readonly ApprovalRequest Request = new()
    {
        Id = "10-1",
        State = ApprovalState.Pending,
        LostTerm = new(10),
        Former = Views.Alpha,
        Reason = "alpha is gone",
        Candidate = Views.Beta,
        Choice = "the longest log",
        WorstLoss = "nothing that was acknowledged",
        AskedAt = Views.Healthy.UtcNow,
    };

    private static readonly ClusterView Leaderless = Views.Healthy with
    {
        Self = Views.Beta,
        Store = Views.Healthy.Store with { Lease = null, Members = [.. Views.Healthy.Store.Members.Skip(1)] },
    };

    [Fact]
    public void A_healthy_cluster_is_well_and_asks_nothing() =>
        Assert.Equal(new(HealthLevel.Well, "alpha leads. beta and gamma follow."), ClusterHealth.Judge(Views.Healthy));

    [Fact]
    public void Who_holds_every_acknowledged_write_is_said_in_synchronous_mode()
    {
        var view = Views.Healthy with { Policy = Views.Healthy.Policy with { SynchronousMode = SynchronousMode.On } };

        Assert.Equal(HealthLevel.Attention, ClusterHealth.Judge(view with { Store = view.Store with { Sync = new(Views.Alpha, []) } }).Level);
        Assert.Equal(
            "alpha leads. beta and gamma follow; beta holds every acknowledged write.",
            ClusterHealth.Judge(view with { Store = view.Store with { Sync = new(Views.Alpha, [Views.Beta]) } }).Sentence);
    }

    [Fact]
    public void A_store_that_does_not_answer_comes_before_all_that_it_would_say()
    {
        var view = Leaderless with { Now = Views.Now + TimeSpan.FromMinutes(1), Store = Leaderless.Store with { Approval = Request } };

        Assert.Equal((HealthLevel.Trouble, "beta cannot reach the store: what is shown here may be old."), (ClusterHealth.Judge(view).Level, ClusterHealth.Judge(view).Sentence));
    }

    [Fact]
    public void A_request_says_who_is_lost_what_is_asked_and_what_it_may_cost()
    {
        var verdict = ClusterHealth.Judge(Leaderless with { Store = Leaderless.Store with { Approval = Request } });

        Assert.Equal(new(HealthLevel.Trouble, "alpha is lost and nobody leads: beta waits for approval.", "Approve or reject beta. To approve would lose nothing that was acknowledged."), verdict);
    }

    [Fact]
    public void After_an_approval_it_is_said_who_leads_in_whose_place_and_who_is_still_missing()
    {
        var done = Request with { State = ApprovalState.Done, Votes = [new("anna", true, Views.Healthy.UtcNow, "rest", null)] };
        var view = Leaderless with
        {
            Store = Leaderless.Store with
            {
                Lease = new(Views.Beta, new(11), null),
                Approval = done,
                Members = [.. Leaderless.Store.Members.Select(member => member.Name == Views.Beta ? member with { Role = DatabaseRole.Primary, State = MemberState.Running } : member)],
            },
            Memory = Leaderless.Memory with { MembersSeen = Leaderless.Memory.MembersSeen.SetItem(Views.Alpha, Views.Now - TimeSpan.FromSeconds(30)) },
        };

        Assert.Equal(new(HealthLevel.Attention, "beta leads in place of alpha, as anna approved. alpha is lost."), ClusterHealth.Judge(view));
        Assert.Equal(TimeSpan.FromSeconds(30), ClusterHealth.Missing(view)[Views.Alpha]);
    }

    [Fact]
    public void Nobody_leading_is_trouble_and_whoever_must_act_is_told_to()
    {
        Assert.Equal((HealthLevel.Trouble, null), (ClusterHealth.Judge(Leaderless).Level, ClusterHealth.Judge(Leaderless).Ask));
        Assert.Contains("Name a leader", ClusterHealth.Judge(Leaderless with { Policy = Leaderless.Policy with { Strategy = FailoverStrategy.Manual } }).Ask, StringComparison.Ordinal);
        Assert.Contains("Resume", ClusterHealth.Judge(Leaderless with { Policy = Leaderless.Policy with { IsPaused = true } }).Ask, StringComparison.Ordinal);
    }

    [Fact]
    public void A_leader_whose_database_is_no_primary_yet_is_trouble()
    {
        var view = Views.Healthy with { Store = Views.Healthy.Store with { Members = [.. Views.Healthy.Store.Members.Skip(1)] } };

        Assert.Equal("alpha has the lease and takes no writes yet: it is not heard of.", ClusterHealth.Judge(view).Sentence);
    }

    [Fact]
    public void A_pause_and_a_replica_that_does_not_follow_ask_for_attention()
    {
        var idle = Views.Healthy with
        {
            Store = Views.Healthy.Store with { Members = [.. Views.Healthy.Store.Members.Select(member => member.Name == Views.Gamma ? member with { State = MemberState.Stopped, IsStreaming = false } : member)] },
        };

        Assert.Equal(new(HealthLevel.Attention, "alpha leads. gamma does not follow: it is stopped."), ClusterHealth.Judge(idle));
        Assert.Equal(HealthLevel.Attention, ClusterHealth.Judge(Views.Healthy with { Policy = Views.Healthy.Policy with { IsPaused = true } }).Level);
    }
}
