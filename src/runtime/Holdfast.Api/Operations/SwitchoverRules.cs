using System.Collections.Immutable;
using Holdfast.Model;

namespace Holdfast.Api.Operations;

/// <summary>Whether another leader can be had at all, in Patroni's words when not. The decision itself is the agents'.</summary>
internal static class SwitchoverRules
{
    /// <summary>Null when there is a good candidate.</summary>
    public static string? Refusal(string action, MemberName? leader, MemberName? candidate, ClusterView view)
    {
        if (leader is { } from && view.Store.Lease?.Holder != from)
        {
            return "leader name does not match";
        }

        var isSynchronous = view.Policy.SynchronousMode != SynchronousMode.Off;
        var candidates = Candidates(candidate, view, isSynchronous);
        return (candidate, isSynchronous) switch
        {
            ({ } to, true) when action == SwitchoverEndpoint.Switchover && !view.Store.Sync.HoldsEveryWrite(to) => "candidate name does not match with sync_standby",
            ({ }, _) when candidates.IsEmpty => "candidate does not exists",
            (null, true) when candidates.IsEmpty => $"{action} is not possible: can not find sync_standby",
            (null, false) when candidates.IsEmpty => $"{action} is not possible: cluster does not have members except leader",
            _ when !candidates.Any(IsGood) => $"{action} is not possible: no good candidates have been found",
            _ => null,
        };
    }

    private static ImmutableArray<MemberReport> Candidates(MemberName? candidate, ClusterView view, bool isSynchronous)
    {
        var members = view.Store.Members;
        if (candidate is { } to)
        {
            return [.. members.Where(member => member.Name == to)];
        }

        var others = members.Where(member => member.Name != view.Store.Lease?.Holder);
        return isSynchronous ? [.. others.Where(member => view.Store.Sync.HoldsEveryWrite(member.Name))] : [.. others];
    }

    private static bool IsGood(MemberReport member) =>
        member.State is MemberState.Running or MemberState.Streaming
        && member.Role == DatabaseRole.Replica
        && member.Tags.MayLead
        && !member.IsShortOfDisk;
}
