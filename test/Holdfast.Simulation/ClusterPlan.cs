using Holdfast.Model;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation;

/// <summary>One member as the seed has it.</summary>
internal sealed record MemberPlan(MemberName Name, MemberTags Tags, string? TagsJson);

/// <summary>What kind of cluster a seed stands for.</summary>
internal sealed record ClusterPlan(IReadOnlyList<MemberPlan> Members, string Configuration, SynchronousMode Mode, int Writers)
{
    public static ClusterPlan From(SimRandom random, SimulationOptions options)
    {
        var count = options.Members ?? (random.Chance(0.6) ? 3 : 2 + random.Below(4));
        var mode = options.SynchronousMode ?? (SynchronousMode)random.Below(3);
        var tagged = random.Chance(0.3) && count > 2 ? random.Below(count) : -1;
        var members = Enumerable.Range(0, count).Select(index => Member(index, index == tagged ? random.Below(5) : -1)).ToArray();
        return new(members, ConfigurationOf(random, mode), mode, 1 + random.Below(2));
    }

    private static MemberPlan Member(int index, int tag)
    {
        var name = new MemberName($"n{index + 1}");
        return tag switch
        {
            0 => new(name, new MemberTags { NoFailover = true }, """{"nofailover": true}"""),
            1 => new(name, new MemberTags { NoSync = true }, """{"nosync": true}"""),
            2 => new(name, new MemberTags { FailoverPriority = 5 }, """{"failover_priority": 5}"""),
            3 => new(name, new MemberTags { CloneFrom = true }, """{"clonefrom": true}"""),
            4 => new(name, new MemberTags { ReplicateFrom = index == 0 ? "n2" : "n1" }, $$"""{"replicatefrom": "{{(index == 0 ? "n2" : "n1")}}"}"""),
            _ => new(name, MemberTags.None, null),
        };
    }

    private static string ConfigurationOf(SimRandom random, SynchronousMode mode)
    {
        var ttl = random.Chance(0.6) ? 3 : 2 + random.Below(9);
        var crash = random.Below(4) switch { 0 => 0, 1 => 5, 2 => 30, _ => 300 };
        var nodes = random.Chance(0.7) ? 1 : 2;
        var on = mode != SynchronousMode.Off ? "true" : "false";
        var strict = mode == SynchronousMode.Strict ? "true" : "false";
        var rewind = random.Chance(0.85) ? "true" : "false";
        var failsafe = random.Chance(0.5) ? "true" : "false";
        return $$$"""
            {"ttl": {{{ttl}}}, "loop_wait": 1, "retry_timeout": 1, "maximum_lag_on_failover": {{{(random.Chance(0.5) ? 1048576 : 2048)}}},
            "synchronous_mode": {{{on}}}, "synchronous_mode_strict": {{{strict}}}, "synchronous_node_count": {{{nodes}}},
            "primary_start_timeout": {{{crash}}}, "failsafe_mode": {{{failsafe}}}, "postgresql": {"use_pg_rewind": {{{rewind}}}}}
            """;
    }
}
