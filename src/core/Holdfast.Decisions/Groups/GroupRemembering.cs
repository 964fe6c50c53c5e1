using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Model.Groups;

namespace Holdfast.Decisions.Groups;

/// <summary>How the memory of a group follows from what was remembered and what is seen now.</summary>
internal static class GroupRemembering
{
    public static GroupMemory Step(ClusterView view)
    {
        var memory = view.Memory.Group;
        var addresses = Addresses(view);
        return view.Database is { Process: DatabaseProcess.Running, Group: { State: GroupState.Online } group }
            ? new()
            {
                Addresses = addresses,
                DeadSince = group.Members
                    .Where(member => GroupClaims.IsDead(view, member))
                    .ToImmutableSortedDictionary(member => member.ServerId, member => memory.DeadSince.GetValueOrDefault(member.ServerId, view.Now)),
                MinoritySince = GroupClaims.IsMinority(view, group) ? memory.MinoritySince ?? view.Now : null,
                BrokenLinkSince = GroupClaims.BrokenLink(view, group) is null ? null : memory.BrokenLinkSince ?? view.Now,
            }
            : GroupMemory.Empty with { Addresses = addresses };
    }

    private static ImmutableSortedDictionary<string, string> Addresses(ClusterView view)
    {
        var known = view.Memory.Group.Addresses;
        foreach (var report in view.Store.Members)
        {
            if (report.Group is { ServerId: { } server, Address: { Length: > 0 } address })
            {
                known = known.SetItem(server, address);
            }
        }

        return known;
    }
}
