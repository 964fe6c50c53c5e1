using Holdfast.Decisions.Configuration;
using Holdfast.Model;
using Xunit;

namespace Holdfast.Configuration.Tests;

public sealed class DynamicConfigurationTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"b":2}""", """{"a":1,"b":2}""")]
    [InlineData("""{"a":1,"b":2}""", """{"a":null}""", """{"b":2}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":null,"d":3}}""", """{"a":{"c":2,"d":3}}""")]
    [InlineData("""{}""", """{"slots":{"s":null}}""", """{"slots":{"s":null}}""")]
    [InlineData("""{"slots":{}}""", """{"slots":{"s":null}}""", """{"slots":{}}""")]
    [InlineData("""{"a":101}""", """{"a":"101"}""", """{"a":101}""")]
    [InlineData("""{"a":"101"}""", """{"a":101}""", """{"a":"101"}""")]
    [InlineData("""{"a":true}""", """{"a":"true"}""", """{"a":true}""")]
    [InlineData("""{"a":[1]}""", """{"a":[1,2]}""", """{"a":[1,2]}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":5}""", """{"a":5}""")]
    [InlineData("""{"a":5}""", """{"a":{"b":null}}""", """{"a":{"b":null}}""")]
    [InlineData("""{"a":null}""", """{"a":null}""", """{"a":null}""")]
    [InlineData("""{"a":1.0}""", """{"b":"é+'"}""", """{"a":1.0,"b":"é+'"}""")]
    public void A_patch_is_merged_as_Patroni_merges(string current, string patch, string merged)
    {
        var merge = DynamicConfiguration.Merge(current, patch);

        Assert.Equal((merged, merged != current), (merge.Json, merge.IsChanged));
    }

    [Theory]
    [InlineData("[]", "{}")]
    [InlineData("{}", "5")]
    [InlineData("{}", "{")]
    public void A_merge_of_what_is_no_object_is_refused(string current, string patch) =>
        Assert.Throws<FormatException>(() => DynamicConfiguration.Merge(current, patch));

    [Theory]
    [InlineData(null, 30, 10, 10)]
    [InlineData("{}", 30, 10, 10)]
    [InlineData("""{"ttl":20}""", 20, 1, 9)]
    [InlineData("""{"ttl":30,"loop_wait":20,"retry_timeout":10}""", 30, 10, 10)]
    [InlineData("""{"ttl":3,"loop_wait":1,"retry_timeout":1}""", 3, 1, 1)]
    [InlineData("""{"ttl":2,"loop_wait":1,"retry_timeout":1}""", 2, 1, 0.5)]
    [InlineData("""{"ttl":0,"loop_wait":0,"retry_timeout":0}""", 2, 1, 0.5)]
    [InlineData("""{"ttl":"1min","loop_wait":"5s","retry_timeout":"5"}""", 60, 5, 5)]
    [InlineData("""{"ttl":"soon","loop_wait":[],"retry_timeout":{}}""", 30, 10, 10)]
    [InlineData("not json", 30, 10, 10)]
    public void Timing_obeys_the_rule_or_is_lowered(string? json, double ttl, double loopWait, double retryTimeout)
    {
        var policy = DynamicConfiguration.ToPolicy(json).Policy;

        Assert.Equal((ttl, loopWait, retryTimeout), (policy.TimeToLive.TotalSeconds, policy.LoopWait.TotalSeconds, policy.RetryTimeout.TotalSeconds));
        Assert.True(policy.LoopWait + (2 * policy.RetryTimeout) <= policy.TimeToLive);
    }

    [Theory]
    [InlineData("""{"mysql":{"group":{"mode":"single-primary"}}}""", GroupMode.SinglePrimary)]
    [InlineData("""{"mysql":{"group":{"mode":"multi-primary"}}}""", GroupMode.MultiPrimary)]
    [InlineData("""{"mysql":{"group":{"mode":null}}}""", null)]
    [InlineData("""{"mysql":{"group":{"mode":"null"}}}""", null)]
    [InlineData("""{"mysql":{"group":{}}}""", null)]
    [InlineData("""{"mysql":{"group":"multi-primary"}}""", null)]
    [InlineData("""{"mysql":null}""", null)]
    [InlineData("""{"mode":"multi-primary"}""", null)]
    public void A_group_s_mode_is_read_and_left_as_it_is_without_one(string json, GroupMode? mode)
    {
        var reading = DynamicConfiguration.ToPolicy(json);

        Assert.Equal((mode, 0), (reading.Policy.GroupMode, reading.Warnings.Length));
    }

    [Theory]
    [InlineData("\"multi\"", "multi")]
    [InlineData("\"Multi-Primary\"", "Multi-Primary")]
    [InlineData("\"\"", "")]
    [InlineData("true", "true")]
    [InlineData("2", "2")]
    [InlineData("[\"multi-primary\"]", "[\"multi-primary\"]")]
    public void A_group_s_mode_in_other_words_is_ignored_and_warned_of(string mode, string shown)
    {
        var reading = DynamicConfiguration.ToPolicy($$$"""{"ttl":40,"mysql":{"group":{"mode":{{{mode}}} } } }""");

        Assert.Equal((null, 40.0), (reading.Policy.GroupMode, reading.Policy.TimeToLive.TotalSeconds));
        Assert.Equal($"mysql.group.mode {shown} is ignored: single-primary or multi-primary is expected", Assert.Single(reading.Warnings));
    }

    [Theory]
    [InlineData("""{"synchronous_mode":true}""", SynchronousMode.On, 0)]
    [InlineData("""{"synchronous_mode":"on"}""", SynchronousMode.On, 0)]
    [InlineData("""{"synchronous_mode":"off","synchronous_mode_strict":true}""", SynchronousMode.Off, 0)]
    [InlineData("""{"synchronous_mode":true,"synchronous_mode_strict":"true"}""", SynchronousMode.Strict, 0)]
    [InlineData("""{"synchronous_mode":"quorum"}""", SynchronousMode.On, 1)]
    [InlineData("""{"synchronous_mode":"perhaps"}""", SynchronousMode.Off, 1)]
    public void Synchronous_mode_is_read_in_all_its_words(string json, SynchronousMode mode, int warnings)
    {
        var reading = DynamicConfiguration.ToPolicy(json);

        Assert.Equal((mode, warnings), (reading.Policy.SynchronousMode, reading.Warnings.Length));
    }

    [Fact]
    public void Every_setting_that_decisions_need_is_read()
    {
        var reading = DynamicConfiguration.ToPolicy(
            """
            {"pause":true,"maximum_lag_on_failover":"10MB","synchronous_node_count":2,"master_start_timeout":"2min","primary_stop_timeout":0,
             "postgresql":{"use_pg_rewind":false,"use_slots":"off"}}
            """);

        Assert.Empty(reading.Warnings);
        Assert.Equal(
            new Policy
            {
                IsPaused = true,
                AlertRules = reading.Policy.AlertRules,
                MaximumLagOnFailoverBytes = 10 * 1024 * 1024,
                SynchronousNodeCount = 2,
                PrimaryStartTimeout = TimeSpan.FromMinutes(2),
                PrimaryStopTimeout = TimeSpan.Zero,
                UsesRewind = false,
                UsesSlots = false,
            },
            reading.Policy);
    }

    [Fact]
    public void The_newer_name_of_a_time_out_wins()
    {
        var policy = DynamicConfiguration.ToPolicy("""{"master_start_timeout":5,"primary_start_timeout":7}""").Policy;

        Assert.Equal(TimeSpan.FromSeconds(7), policy.PrimaryStartTimeout);
    }

    [Fact]
    public void What_an_operator_states_for_the_first_configuration_stays_and_the_rest_is_ours()
    {
        Assert.Equal(
            """{"loop_wait":5,"postgresql":{"use_slots":true},"ttl":3,"retry_timeout":1,"maximum_lag_on_failover":1048576}""",
            DynamicConfiguration.WithInitialValues("""{"loop_wait":5,"postgresql":{"use_slots":true}}""", InitialTiming.Swift));
    }
}
