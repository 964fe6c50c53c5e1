using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Api.Contracts.Audit;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;
using Xunit;

namespace Holdfast.ClusterState.Tests;

/// <summary>The trail of what was done to a cluster, as the store keeps it.</summary>
public sealed class AuditTrailTests
{
    private static readonly ClusterKeys Keys = new("service", "shop");

    [Fact]
    public void Entries_are_numbered_and_sealed_one_after_the_other()
    {
        var trail = Trail(3);

        Assert.Equal([1, 2, 3], trail.Select(entry => entry.Number));
        Assert.Equal([AuditEntry.Beginning, trail[0].Seal, trail[1].Seal], trail.Select(entry => entry.Previous));
        Assert.All(trail, entry => Assert.True(entry.IsSealed));
    }

    [Fact]
    public void A_changed_entry_shows_whatever_was_changed()
    {
        var entry = Trail(1)[0];

        Assert.False((entry with { Who = "mallory" }).IsSealed);
        Assert.False((entry with { What = entry.What + "!" }).IsSealed);
        Assert.False((entry with { At = entry.At.AddTicks(1) }).IsSealed);
        Assert.False((entry with { Previous = "1" }).IsSealed);
        Assert.False((entry with { Details = new(StringComparer.Ordinal) { ["status"] = "500" } }).IsSealed);
        Assert.False((entry with { Who = entry.Who + "\n" + entry.What, What = "" }).IsSealed);
    }

    [Fact]
    public void A_seal_survives_the_store_and_the_wire()
    {
        var entry = Trail(1)[0];

        Assert.True(JsonSerializer.Deserialize(JsonSerializer.Serialize(entry, ApiJson.Wire.AuditEntry), ApiJson.Wire.AuditEntry)!.IsSealed);
    }

    [Fact]
    public void The_oldest_entries_go_when_there_are_too_many_and_numbers_go_on()
    {
        var trail = Trail(205);

        Assert.Equal(200, trail.Length);
        Assert.Equal((6, 205), (trail[0].Number, trail[^1].Number));
    }

    [Fact]
    public void No_number_of_refused_requests_puts_out_what_was_done_and_both_chains_are_whole()
    {
        var entries = Stored(Trail(3));
        for (var count = 0; count < 1000; count++)
        {
            var (condition, writes) = AuditTrail.AppendAttempt(Keys, AuditTrail.ReadAttempts(Keys, entries), Done);
            Assert.Equal(Revision.Absent, condition.Modified);
            entries = After(entries, writes);
        }

        var (trail, attempts) = (AuditTrail.Read(Keys, entries), AuditTrail.ReadAttempts(Keys, entries));
        Assert.Equal([1, 2, 3], trail.Select(entry => entry.Number));
        Assert.Equal((100, 1000), (attempts.Length, attempts[^1].Number));
        Assert.Null(AuditChain.ProblemOf(trail));
        Assert.Null(AuditChain.ProblemOf(attempts));
    }

    [Fact]
    public void An_entry_that_cannot_be_read_shows_and_hinders_no_later_one()
    {
        var entries = Stored(Trail(1)).Add(Entry(Keys.Audit(2), "{broken"));
        var trail = AuditTrail.Read(Keys, entries);

        Assert.Equal("damaged", trail[1].Kind);
        Assert.False(trail[1].IsSealed);
        Assert.Equal(Keys.Audit(3), AuditTrail.Append(Keys, trail, Done).Condition.Key);
    }

    private static AuditEntry Done { get; } = new()
    {
        Number = 0,
        At = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.FromHours(2)),
        Kind = "operation",
        Who = "alice",
        What = "POST /switchover",
        Details = new(StringComparer.Ordinal) { ["status"] = "200" },
        Previous = "",
    };

    private static ImmutableArray<AuditEntry> Trail(int length)
    {
        ImmutableArray<StoreEntry> entries = [];
        for (var count = 0; count < length; count++)
        {
            var (condition, writes) = AuditTrail.Append(Keys, AuditTrail.Read(Keys, entries), Done);
            Assert.Equal(Revision.Absent, condition.Modified);
            entries = After(entries, writes);
        }

        return AuditTrail.Read(Keys, entries);
    }

    private static ImmutableArray<StoreEntry> After(ImmutableArray<StoreEntry> entries, ImmutableArray<StoreWrite> writes) =>
        [.. entries.Where(entry => !writes.OfType<StoreWrite.Delete>().Any(gone => gone.Key == entry.Key)), .. writes.OfType<StoreWrite.Put>().Select(put => Entry(put.Key, put.Value))];

    private static ImmutableArray<StoreEntry> Stored(ImmutableArray<AuditEntry> trail) =>
        [.. trail.Select(entry => Entry(Keys.Audit(entry.Number), JsonSerializer.Serialize(entry, ApiJson.Wire.AuditEntry)))];

    private static StoreEntry Entry(string key, string value) => new(key, value, new Revision(1), null);
}
