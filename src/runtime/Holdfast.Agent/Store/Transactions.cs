using System.Collections.Immutable;
using Holdfast.Api.Contracts.Audit;
using Holdfast.ClusterState;
using Holdfast.Decisions;
using Holdfast.Model;
using Holdfast.Model.Approvals;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;

namespace Holdfast.Agent.Store;

/// <summary>
/// The store transaction that each writing action stands for. A leader's write holds only while the leader key still has the term
/// that it was decided on; whatever else was read for the decision is a condition as well.
/// </summary>
internal static class Transactions
{
    public static StoreTransaction Of(
        ClusterView view, HaAction action, ClusterKeys keys, AgentOptions options, ImmutableArray<AuditEntry> audit) => action switch
        {
            HaAction.AcquireLease acquire => new(
                [
                    new(keys.Leader, new Revision(acquire.Replaces.Number)),
                new(keys.Sync, acquire.SyncRevision),
                .. acquire.FailsafeRevision is { } list ? (StoreCondition[])[new(keys.Failsafe, list)] : [],
                .. acquire.ApprovalRevision is { } approval ? (StoreCondition[])[new(keys.Approval, approval)] : [],
            ],
                [new StoreWrite.Put(keys.Leader, view.Self.Text, acquire.Session)]),

            HaAction.ReleaseLease release => new(
                [Leads(keys, release.Term)],
                [new StoreWrite.Delete(keys.Leader)]),

            HaAction.HandOver hand => new(
                [Leads(keys, hand.Term), new(keys.Sync, hand.SyncRevision)],
                HandOverWrites(view, hand, keys)),

            HaAction.ClaimInitialization claim => new(
                [new(keys.Initialize, Revision.Absent)],
                [new StoreWrite.Put(keys.Initialize, "", claim.Session)]),

            HaAction.CompleteInitialization complete => new(
                [new(keys.Initialize, complete.Claim), new(keys.Leader, Revision.Absent)],
                CompleteWrites(view, complete, keys, options)),

            HaAction.AbandonInitialization abandon => new(
                [new(keys.Initialize, abandon.Claim)],
                [new StoreWrite.Delete(keys.Initialize)]),

            HaAction.WriteSync write => new(
                [Leads(keys, write.Term), new(keys.Sync, write.SyncRevision)],
                [new StoreWrite.Put(keys.Sync, Documents.ToText(write.Sync), null)]),

            HaAction.WriteStatus write => new(
                [Leads(keys, write.Term)],
                [new StoreWrite.Put(keys.Status, Documents.ToText(write.Status), null)]),

            HaAction.WriteHistory write => new(
                [Leads(keys, write.Term), new(keys.History, write.HistoryRevision)],
                [new StoreWrite.Put(keys.History, Documents.ToText(write.History), null)]),

            HaAction.WriteFailsafe write => new(
                [Leads(keys, write.Term)],
                [new StoreWrite.Put(keys.Failsafe, Documents.ToText(write.ApiUrls), null)]),

            HaAction.WriteApproval write => WithEntry(
                new(
                    [new(keys.Approval, write.Replaces)],
                    [new StoreWrite.Put(keys.Approval, ApprovalDocuments.ToText(write.Request), null)]),
                keys, audit, Entries.OfApproval(view, write.Request)),

            HaAction.RecordLeader record => WithEntry(
                new(
                    [Leads(keys, record.Term)],
                    [new StoreWrite.Put(keys.LastLeader, ApprovalDocuments.ToText(new LeaderRecord(view.Self, record.Term)), null)]),
                keys, audit, Entries.OfLeader(view, record.Term)),

            HaAction.RecordRoute record => WithEntry(
                new(
                    [Leads(keys, record.Report.Term), new(keys.Route, record.Report.Revision)],
                    [new StoreWrite.Put(keys.Route, Documents.ToText(record.Report with { IsRecorded = true }), null)]),
                keys, audit, Entries.OfRoute(view, record.Report, record.Took)),

            HaAction.RecordFencing record => WithEntry(new([], []), keys, audit, Entries.OfFencing(view, record.Fencing)),

            HaAction.WriteAlerts write => new(
            [new(keys.Alerts, write.Replaces)],
            [write.Board.Alerts.IsEmpty ? new StoreWrite.Delete(keys.Alerts) : new StoreWrite.Put(keys.Alerts, AlertDocuments.ToText(write.Board), null)]),

            HaAction.ClearSwitchover clear => new(
                    [new(keys.Failover, clear.Revision)],
                    [new StoreWrite.Delete(keys.Failover)]),

            HaAction.PublishReport publish => new(
                [],
                [new StoreWrite.Put(keys.Member(view.Self.Text), Documents.ToText(publish.Report, options.Identity), publish.Report.Session)]),

            _ => throw new InvalidOperationException($"{action.GetType().Name} writes nothing to the store."),
        };

    /// <summary>What is done and the entry that says so are written together, or neither is.</summary>
    private static StoreTransaction WithEntry(StoreTransaction transaction, ClusterKeys keys, ImmutableArray<AuditEntry> audit, AuditEntry entry)
    {
        var (condition, writes) = AuditTrail.Append(keys, audit, entry);
        return new([.. transaction.Conditions, condition], [.. transaction.Writes, .. writes]);
    }

    private static StoreCondition Leads(ClusterKeys keys, Term term) => new(keys.Leader, new Revision(term.Number));

    private static ImmutableArray<StoreWrite> HandOverWrites(ClusterView view, HaAction.HandOver hand, ClusterKeys keys) =>
    [
        new StoreWrite.Put(keys.Leader, hand.To.Text, hand.ToSession),
        .. hand.FinalPosition is { } final
            ? (StoreWrite[])[new StoreWrite.Put(keys.Status, Documents.ToText(view.Store.Status with { LastPosition = final }), null)]
            : [],
        .. hand.Switchover is { } request
            ? (StoreWrite[])[new StoreWrite.Put(keys.Failover, Documents.ToText(request), null)]
            : view.Store.Switchover is not null ? [new StoreWrite.Delete(keys.Failover)] : [],
    ];

    private static ImmutableArray<StoreWrite> CompleteWrites(
        ClusterView view, HaAction.CompleteInitialization complete, ClusterKeys keys, AgentOptions options) =>
    [
        new StoreWrite.Put(keys.Initialize, complete.SystemId, null),
        new StoreWrite.Put(keys.Leader, view.Self.Text, complete.Session),
        .. view.Store.ConfigurationRevision == Revision.Absent
            ? (StoreWrite[])[new StoreWrite.Put(keys.Config, options.InitialConfiguration, null)]
            : [],
    ];
}
