using Xunit;

namespace Holdfast.Simulation.Tests;

/// <summary>Seeds that found a fault once, each named after what went wrong.</summary>
public class FoundBySeedTests
{
    [Fact]
    public void A_rewound_replica_is_not_left_waiting_for_log_that_its_source_lost() => SeedTests.ExpectFine(443);

    [Fact]
    public void A_fresh_primary_recovers_in_place_before_its_own_history_is_seen() => SeedTests.ExpectFine(73);

    [Fact]
    public void A_promotion_under_way_at_the_death_of_agent_and_guard_is_not_taken_for_led() => SeedTests.ExpectFine(1029);

    [Fact]
    public void A_replica_that_starts_while_nobody_leads_learns_whom_to_follow_later() => SeedTests.ExpectFine(3418);

    [Fact]
    public void A_lease_is_not_reclaimed_for_ever_without_a_fence() => SeedTests.ExpectFine(17453);

    [Fact]
    public void A_new_timeline_is_not_asked_for_the_position_of_the_old_one() => SeedTests.ExpectFine(200034);

    [Fact]
    public void A_position_seen_before_a_crash_does_not_prove_what_a_standby_holds_after_it() => SeedTests.ExpectFine(712);

    [Fact]
    public void A_diverged_replica_is_not_stopped_and_started_for_ever() => SeedTests.ExpectFine(667);

    [Fact]
    public void A_promotion_of_a_database_that_has_just_died_fails_and_is_tried_again() => SeedTests.ExpectFine(1356);
}
