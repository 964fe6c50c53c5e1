using System.Collections.Immutable;
using Holdfast.Decisions.Health;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Xunit;

namespace Holdfast.Decisions.Tests.Health;

/// <summary>A cluster judged by its store alone.</summary>
public sealed class OutsideViewTests
{
    private static readonly StoreView WithoutGamma = Views.Healthy.Store with
    {
        Members = [.. Views.Healthy.Store.Members.Where(member => member.Name != Views.Gamma)],
        Failsafe = null,
        LastLeader = null,
        Status = ClusterStatus.Empty,
    };

    [Fact]
    public void A_healthy_cluster_is_well_from_outside_as_well() =>
        Assert.Equal(ClusterHealth.Judge(Views.Healthy), Judge(Views.Healthy.Store));

    [Fact]
    public void A_store_that_knows_nothing_of_a_member_does_not_miss_it() =>
        Assert.Equal("alpha leads. beta follows.", Judge(WithoutGamma).Sentence);

    [Fact]
    public void A_member_is_missed_by_what_the_store_still_knows_of_it()
    {
        var alert = new ActiveAlert { Rule = "StandbyNotConnected", Subject = "gamma", Severity = AlertSeverity.Critical, Since = default, Summary = "" };
        var urls = ImmutableSortedDictionary<MemberName, string>.Empty.Add(Views.Gamma, "http://gamma:8008/patroni");
        StoreView[] known =
        [
            WithoutGamma with { Failsafe = new(urls, new(3)) },
            WithoutGamma with { Alerts = new(AlertBoard.Empty.Alerts.Add(alert.Key, alert)) },
            WithoutGamma with { LastLeader = new(Views.Alpha, new(1)), Status = new(LogPosition.Zero, ClusterStatus.Empty.Slots.Add("gamma", LogPosition.Zero)) },
        ];

        Assert.All(known, store => Assert.Equal("alpha leads. gamma is lost.", Judge(store).Sentence));
    }

    [Fact]
    public void Slots_that_another_product_has_named_are_no_members() =>
        Assert.Equal("alpha leads. beta follows.", Judge(WithoutGamma with { Status = new(LogPosition.Zero, ClusterStatus.Empty.Slots.Add("gamma_1", LogPosition.Zero)) }).Sentence);

    private static Verdict Judge(StoreView store) => ClusterHealth.Judge(OutsideView.Of(store, Views.Healthy.Policy, TimeSpan.FromHours(5), Views.Healthy.UtcNow));
}
