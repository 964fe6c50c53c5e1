using System.Globalization;
using System.Text.Json;

namespace Holdfast.Demo.Faults;

/// <summary>When the agents did what, counted from the fault, by their own decisions; null where they say nothing of it.</summary>
/// <param name="Detect">The first decision that treats the fault.</param>
/// <param name="Decide">It was settled who leads next.</param>
/// <param name="Fence">A primary without a right to be one was fenced.</param>
/// <param name="Promote">The promotion began.</param>
/// <param name="Lead">The new leader led.</param>
public sealed record Phases(TimeSpan? Detect, TimeSpan? Decide, TimeSpan? Fence, TimeSpan? Promote, TimeSpan? Lead)
{
    public static readonly Phases Unknown = new(null, null, null, null, null);

    private static readonly string[] Settling = ["HandOverAfterCrash", "ReleaseAfterCrash", "HandOverToCandidate", "AcquireLease", "RecoverInPlace", "ExpelDead", "ElectPrimary"];

    private static readonly string[] Fencing = ["FenceWithoutLease", "FenceUnknownPrimary", "FenceRecoveryWithoutLease", "KillHungPrimary", "FenceExpelled"];

    private static readonly string[] Treating =
    [
        .. Settling, .. Fencing, "Promote", "CheckpointBeforeSwitchover", "DrainClients", "MakeCandidateSynchronous", "StopForSwitchover",
        "AwaitReports", "YieldToBetter", "YieldToCandidate", "WaitForLeader", "NotSynchronous", "WaitForSession",
    ];

    /// <summary>Reads the decisions of all members.</summary>
    /// <param name="decisions">Of all members, in any order.</param>
    /// <param name="fault">When the fault happened.</param>
    public static Phases Of(IReadOnlyCollection<LoggedDecision> decisions, DateTimeOffset fault)
    {
        var later = decisions.Where(decision => decision.At >= fault).OrderBy(decision => decision.At).ToList();
        var promotion = later.FirstOrDefault(decision => decision.Rule is "Promote" or "RecordPrimary");
        return new(
            First(Treating),
            First(Settling),
            First(Fencing),
            Since(promotion),
            Since(later.FirstOrDefault(decision =>
                promotion is not null && decision.Rule == "KeepLeading" && decision.Member == promotion.Member && decision.At >= promotion.At)));

        TimeSpan? First(string[] rules) => Since(later.FirstOrDefault(decision => rules.Contains(decision.Rule)));

        TimeSpan? Since(LoggedDecision? decision) => decision is null ? null : decision.At - fault;
    }
}

/// <summary>One decision of one member: when, and by which rule.</summary>
public sealed record LoggedDecision(string Member, DateTimeOffset At, string Rule)
{
    /// <summary>Reads the body of <c>/holdfast/v1/decisions</c>; software that has no such endpoint has made none that we know of.</summary>
    public static IEnumerable<LoggedDecision> Parse(string member, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("decisions", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        foreach (var entry in list.EnumerateArray())
        {
            if (Text(entry, "rule") is { } rule
                && DateTimeOffset.TryParse(Text(entry, "at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            {
                yield return new(member, at, rule);
            }
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
