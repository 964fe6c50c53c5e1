using System.Collections.Immutable;
using Holdfast.Decisions.Leadership;
using Holdfast.Model;

namespace Holdfast.Decisions.Synchrony;

/// <summary>
/// Whom commits wait for, and who the store says may lead. The store never names a standby that the database might not be
/// waiting for: a name leaves the store before the database stops waiting, and enters it only after the database surely waits
/// and the standby holds everything that was acknowledged before.
/// </summary>
public static class SynchronyRules
{
    public static Decision Decide(ClusterView view) => view switch
    {
        { Database: { IsRunningReplica: true, IsResponsive: true, IsBusy: false } } when IsSuccessor(view) => Prepare(view),

        { SelfHoldsLiveLease: false } or { Database.IsRunningPrimary: false } or { Database.IsResponsive: false } =>
            new(Rule.SynchronyNotOurs, "this member leads no running primary"),

        { Database.IsBusy: true } => new(Rule.SynchronyNotOurs, "the database is busy"),

        { Policy.SynchronousMode: SynchronousMode.Off } => Off(view),

        _ => On(view, Wish(view)),
    };

    /// <summary>
    /// What a new primary waits for from its first commit: the members that are alive and may stream from it in a moment.
    /// Redundancy comes first; if they do not come, the wish is narrowed as for any lost standby.
    /// </summary>
    public static SyncSetting WishAtPromotion(ClusterView view) =>
        view.Policy.SynchronousMode == SynchronousMode.Off
            ? SyncSetting.None
            : Setting(view, [.. Expected(view).Take(view.Policy.SynchronousNodeCount)]);

    private static bool IsSuccessor(ClusterView view) =>
        view.OthersLease is { } lease
        && view.Policy.SynchronousMode != SynchronousMode.Off
        && view.Store.Sync.Leader == lease.Holder
        && view.Store.Sync.Standbys.Contains(view.Self);

    /// <summary>A replica waits for nobody, so a successor can have the setting ready that its first commit will need.</summary>
    private static Decision Prepare(ClusterView view)
    {
        var wish = WishAtPromotion(view);
        return view.Database.Synchronous.IsSameWish(wish)
            ? new(Rule.SynchronyPrepared, $"if this member is promoted, its commits wait for {Describe(wish)}")
            : new(Rule.PrepareSynchrony, $"if this member is promoted, its commits are to wait for {Describe(wish)}", new HaAction.SetSynchronous(wish));
    }

    private static Decision Off(ClusterView view)
    {
        var store = view.Store.Sync.Leader is null && !view.IsSyncInDoubt
            ? (HaAction[])[]
            : [new HaAction.WriteSync(view.Store.Lease!.Term, view.Store.SyncRevision, SyncState.Empty)];
        var database = view.Database.Synchronous.IsSameWish(SyncSetting.None)
            ? (HaAction[])[]
            : [new HaAction.SetSynchronous(SyncSetting.None)];

        return store.Length + database.Length == 0
            ? new(Rule.SynchronyOff, "synchronous mode is off")
            : new(Rule.TurnSynchronyOff, "synchronous mode was switched off", [.. store, .. database]);
    }

    private static Decision On(ClusterView view, SyncSetting wish)
    {
        var recorded = view.Store.Sync.Leader == view.Self ? view.Store.Sync.Standbys : [];
        var setting = view.Database.Synchronous;
        var kept = new SyncState(view.Self, [.. recorded.Where(member => wish.Standbys.Contains(member) && setting.Standbys.Contains(member))]);

        if (!view.Store.Sync.Equals(kept) || view.IsSyncInDoubt)
        {
            // Writing once more settles a doubt: either this write is the one that holds, or the store says that the other was.
            return new(Rule.NarrowSynchrony,
                $"the store names {Names(view.Store.Sync.Standbys)} as synchronous, and commits may soon wait for {Names(kept.Standbys)} only",
                [
                    new HaAction.WriteSync(view.Store.Lease!.Term, view.Store.SyncRevision, kept),
                    .. setting.IsSameWish(wish) ? (HaAction[])[] : [new HaAction.SetSynchronous(wish)],
                ]);
        }

        if (!setting.IsSameWish(wish))
        {
            return new(Rule.ChangeSynchrony, $"commits are to wait for {Describe(wish)}", new HaAction.SetSynchronous(wish));
        }

        var proven = new SyncState(view.Self, [.. wish.Standbys.Where(member => IsProven(view, setting, member)).Union(kept.Standbys).Order()]);
        return proven.Equals(kept)
            ? new(Rule.KeepSynchrony, $"commits wait for {Describe(wish)}")
            : new(Rule.WidenSynchrony, $"{Names(proven.Standbys)} has every acknowledged write, and every commit waits for it",
                new HaAction.WriteSync(view.Store.Lease!.Term, view.Store.SyncRevision, proven));
    }

    /// <summary>The standby is waited for, and has on its disk whatever was acknowledged before that began.</summary>
    private static bool IsProven(ClusterView view, SyncSetting setting, MemberName member) =>
        setting.EffectiveFrom is { } from
        && view.Database.Standbys.Any(standby =>
            standby.Member == member && standby is { IsStreaming: true, IsSynchronous: true } && standby.FlushPosition >= from);

    /// <summary>An operator's candidate first; then those that serve already, so that nothing changes without need; then the furthest.</summary>
    private static SyncSetting Wish(ClusterView view)
    {
        var serving = view.Database.Synchronous.Standbys;
        var streaming = view.Database.Standbys
            .Where(standby => standby.IsStreaming && MayServe(view.Report(standby.Member)))
            .OrderByDescending(standby => standby.Member == Switchover.Preferred(view))
            .ThenByDescending(standby => serving.Contains(standby.Member))
            .ThenByDescending(standby => standby.FlushPosition.Bytes)
            .ThenBy(standby => standby.Member)
            .Select(standby => standby.Member);
        var picks = streaming.Take(view.Policy.SynchronousNodeCount).ToImmutableArray();
        if (picks.Length < view.Policy.SynchronousNodeCount && IsNewlyPromoted(view))
        {
            picks = [.. picks.Concat(Expected(view).Where(serving.Contains)).Distinct().Take(view.Policy.SynchronousNodeCount)];
        }

        return Setting(view, [.. serving.Where(picks.Contains), .. picks.Where(pick => !serving.Contains(pick))]);
    }

    /// <summary>A standby that is alive needs a moment to find its new primary; until then commits wait rather than go on alone.</summary>
    private static bool IsNewlyPromoted(ClusterView view) =>
        view.Memory.LeadingSince is { } since && view.Now - since < view.Policy.TimeToLive;

    private static IEnumerable<MemberName> Expected(ClusterView view) =>
        view.Others
            .Where(report => MayServe(report)
                && !IsAhead(view, report)
                && report is { Role: DatabaseRole.Replica, State: MemberState.Running or MemberState.Streaming })
            .OrderByDescending(report => report.Timeline?.Number ?? 0)
            .ThenByDescending(report => report.Position?.Bytes ?? 0)
            .ThenBy(report => report.Name)
            .Select(report => report.Name);

    /// <summary>A replica with more log than this member, before this one is promoted, diverges with the promotion and needs a rewind first.</summary>
    private static bool IsAhead(ClusterView view, MemberReport report) =>
        view is { SelfHoldsLiveLease: true, Database.IsRunningReplica: true } && report.Timeline == view.Database.Timeline && report.Position > view.Database.Position;

    private static bool MayServe(MemberReport? report) => report is { Tags.NoSync: false };

    private static SyncSetting Setting(ClusterView view, ImmutableArray<MemberName> members) =>
        new(members, members.Length, members.IsEmpty && view.Policy.SynchronousMode == SynchronousMode.Strict, null);

    private static string Describe(SyncSetting setting) => setting switch
    {
        { WaitsForAnybody: true } => "any standby: No active replication connections from Patroni members and synchronous_mode_strict is requested",
        { Standbys.IsEmpty: true } => "nobody: no standby streams",
        _ => Names(setting.Standbys),
    };

    private static string Names(ImmutableArray<MemberName> members) => members.IsEmpty ? "nobody" : string.Join(", ", members);
}
