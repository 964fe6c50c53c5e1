using System.Text.Json;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Command;
using Holdfast.Demo.Faults;

namespace Holdfast.Demo.Tests;

public sealed class StatusTests
{
    private static readonly DateTimeOffset FaultAt = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Leader_and_synchronous_standby_are_read_from_the_cluster_answer()
    {
        using var body = JsonDocument.Parse(
            """{"members":[{"name":"a","role":"sync_standby","state":"streaming"},{"name":"b","role":"leader","state":"running","timeline":3}],"scope":"x"}""");

        var status = ClusterStatus.Parse(body.RootElement);

        Assert.Equal("b", status?.Leader?.Name);
        Assert.Equal("a", status?.SynchronousStandby?.Name);
    }

    [Fact]
    public void An_answer_of_another_kind_is_no_status()
    {
        using var body = JsonDocument.Parse("""["members"]""");

        Assert.Null(ClusterStatus.Parse(body.RootElement));
    }

    [Fact]
    public void Redundancy_is_complete_only_with_every_replica_and_a_recorded_standby()
    {
        var whole = new Redundancy("a", 2, 1, true, 2);

        Assert.True(whole.IsComplete);
        Assert.False((whole with { Streaming = 1 }).IsComplete);
        Assert.False((whole with { IsSynchronousRecorded = false }).IsComplete);
        Assert.False((whole with { Synchronous = 0 }).IsComplete);
        Assert.False((whole with { Leader = null }).IsComplete);
    }

    [Fact]
    public void Phases_are_counted_from_the_fault_by_the_agents_own_decisions()
    {
        using var body = JsonDocument.Parse(
            """
            {"scope":"x","name":"b","decisions":[
              {"at":"2030-01-01T11:59:59Z","rule":"AcquireLease"},
              {"at":"2030-01-01T12:00:01Z","rule":"AcquireLease"},
              {"at":"2030-01-01T12:00:01.5Z","rule":"Promote"},
              {"at":"2030-01-01T12:00:02+00:00","rule":"KeepLeading"},
              {"at":"nonsense","rule":"Promote"}]}
            """);

        var phases = Phases.Of([.. LoggedDecision.Parse("b", body.RootElement)], FaultAt);

        Assert.Equal(
            new Phases(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), null, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2)),
            phases);
    }

    [Fact]
    public void Software_without_decisions_leaves_every_phase_unknown()
    {
        using var body = JsonDocument.Parse("""{"error":"not found"}""");

        Assert.Equal(Phases.Unknown, Phases.Of([.. LoggedDecision.Parse("b", body.RootElement)], FaultAt));
    }

    [Fact]
    public void A_lost_row_makes_the_verdict_bad_and_the_json_says_so()
    {
        var good = new FaultResult
        {
            Fault = Fault.Crash,
            OldPrimary = "a",
            NewPrimary = "b",
            Gap = TimeSpan.FromSeconds(1.25),
            Redundancy = TimeSpan.FromSeconds(4),
            Acknowledged = 100,
            Lost = 0,
            SecondWriter = 0,
            Phases = Phases.Unknown,
        };

        Assert.StartsWith("GOOD", DemoReport.Verdict([good]), StringComparison.Ordinal);
        Assert.StartsWith("NOT GOOD: 1 of 200", DemoReport.Verdict([good, good with { Lost = 1 }]), StringComparison.Ordinal);

        using var json = JsonDocument.Parse(DemoReport.Json([good with { Lost = 1 }]));
        var first = json.RootElement.GetProperty("faults")[0];
        Assert.False(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(1.25, first.GetProperty("rto_s").GetDouble());
        Assert.Equal(1, first.GetProperty("lost").GetInt32());
        Assert.Equal(JsonValueKind.Null, first.GetProperty("detect_s").ValueKind);
    }
}
