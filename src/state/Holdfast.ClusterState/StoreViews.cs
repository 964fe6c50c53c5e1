using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;

namespace Holdfast.ClusterState;

/// <summary>What all the documents of one cluster say together.</summary>
public static class StoreViews
{
    /// <summary>How old the knowledge is, and which revision it is of, is the reader's to add.</summary>
    /// <param name="keys">Of the cluster.</param>
    /// <param name="entries">What the store holds of it, by key; keys that were not read are absent.</param>
    public static StoreView Of(ClusterKeys keys, IReadOnlyDictionary<string, StoreEntry> entries)
    {
        return new()
        {
            IsKnown = true,
            ConfirmedAt = TimeSpan.Zero,
            Revision = Revision.Absent,
            Initialization = Entry(keys.Initialize) is { } initialize
                ? new Initialization(initialize.Value.Length == 0 ? null : initialize.Value, initialize.Session, initialize.Modified)
                : null,
            Lease = Entry(keys.Leader) is { } leader
                ? new LeaderLease(new MemberName(leader.Value), new Term(leader.Modified.Number), leader.Session)
                : null,
            Members =
            [
                .. entries.Values
                    .Where(entry => entry.Key.StartsWith(keys.MembersPrefix, StringComparison.Ordinal))
                    .Select(entry => Documents.ToReport(new MemberName(entry.Key[keys.MembersPrefix.Length..]), entry))
                    .OfType<MemberReport>()
                    .OrderBy(report => report.Name),
            ],
            Routers =
            [
                .. entries.Values
                    .Where(entry => entry.Key.StartsWith(keys.RoutersPrefix, StringComparison.Ordinal))
                    .Select(entry => Documents.ToRouter(entry.Key[keys.RoutersPrefix.Length..], entry))
                    .OrderBy(router => router.Name, StringComparer.Ordinal),
            ],
            Route = Entry(keys.Route) is { } route ? Documents.ToRoute(route) : null,
            Sync = Entry(keys.Sync) is { } sync ? Documents.ToSync(sync.Value) : SyncState.Empty,
            SyncRevision = Entry(keys.Sync)?.Modified ?? Revision.Absent,
            Switchover = Entry(keys.Failover) is { } failover ? Documents.ToSwitchover(failover) : null,
            Status = Entry(keys.Status) is { } status ? Documents.ToStatus(status.Value) : ClusterStatus.Empty,
            ConfigurationRevision = Entry(keys.Config)?.Modified ?? Revision.Absent,
            History = Entry(keys.History) is { } history ? Documents.ToHistory(history.Value) : [],
            Failsafe = Entry(keys.Failsafe) is { } failsafe ? Documents.ToFailsafe(failsafe) : null,
            Approval = Entry(keys.Approval) is { } approval ? ApprovalDocuments.ToRequest(approval) : null,
            Alerts = Entry(keys.Alerts) is { } alerts ? AlertDocuments.ToBoard(alerts) : AlertBoard.Empty,
            AlertsRevision = Entry(keys.Alerts)?.Modified ?? Revision.Absent,
            AlertAnswers = Entry(keys.AlertAnswers) is { } answers ? AlertDocuments.ToAnswers(answers) : AlertAnswers.Empty,
            LastLeader = Entry(keys.LastLeader) is { } last ? ApprovalDocuments.ToLastLeader(last) : null,
            HistoryRevision = Entry(keys.History)?.Modified ?? Revision.Absent,
        };

        StoreEntry? Entry(string key) => entries.GetValueOrDefault(key);
    }
}
