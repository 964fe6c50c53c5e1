using Holdfast.Model;

namespace Holdfast.Decisions.Leadership;

/// <summary>Where a replica should stream from, and where a clone should be taken from.</summary>
internal static class Upstreams
{
    /// <summary>The member's place in the network, out of the address that it published; null when it published none.</summary>
    public static Upstream? Of(MemberReport? report) =>
        report is not null && Uri.TryCreate(report.ConnectUrl, UriKind.Absolute, out var url) && url.Port > 0
            ? new Upstream(report.Name, url.Host.Trim('[', ']'), url.Port)
            : null;

    /// <summary>The leader, or the running replica that an operator wants this member to follow.</summary>
    public static Upstream? ToFollow(ClusterView view, MemberReport? leader) =>
        view.Tags.ReplicateFrom is { } wished
        && view.Report(new MemberName(wished)) is { State: MemberState.Running or MemberState.Streaming, Role: DatabaseRole.Replica } report
        && report.Name != view.Self
            ? Of(report)
            : Of(leader);

    /// <summary>A streaming replica that offers itself for clones spares the leader the work.</summary>
    public static Upstream? ToClone(ClusterView view, MemberReport leader) =>
        Of(view.Others.FirstOrDefault(report =>
            report is { Tags.CloneFrom: true, State: MemberState.Streaming, Role: DatabaseRole.Replica }
            && report.Timeline == leader.Timeline)) ?? Of(leader);
}
