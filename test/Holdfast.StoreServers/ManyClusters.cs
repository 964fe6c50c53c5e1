using System.Globalization;
using System.Text.Json;
using Holdfast.ClusterState;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;
using Holdfast.Model.Groups;
using Holdfast.Ports.Store;
using Holdfast.Stores.Etcd;
using Holdfast.StoreLayout;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.StoreServers;

/// <summary>Clusters that nobody runs: their documents in a real etcd, as their agents would have left them.</summary>
public static class ManyClusters
{
    private const int PortFirst = 20_000;
    private const int AuditEntriesEach = 20;

    /// <summary>Every 50th waits for an approval, every 25th has lost a member, every 7th runs MySQL.</summary>
    public static async Task WriteAsync(EtcdCluster etcd, int count, CancellationToken cancellationToken)
    {
        await using var store = new EtcdStore(new EtcdStoreOptions { Endpoints = [.. etcd.Servers] }, TimeProvider.System, NullLogger<EtcdStore>.Instance);
        for (var index = 1; index <= count; index++)
        {
            var result = await store.CommitAsync(new([], [.. Documents(index)]), cancellationToken);
            if (result.Outcome != CommitOutcome.Committed)
            {
                throw new InvalidOperationException($"cluster {index} was not written: {result.Outcome}");
            }
        }
    }

    private static IEnumerable<StoreWrite> Documents(int index)
    {
        var keys = new ClusterKeys("service", string.Create(CultureInfo.InvariantCulture, $"shop-{index:000}"));
        var (isAsked, isWeak, isMySql) = (index % 50 == 0, index % 25 == 0, index % 7 == 0);
        yield return Put(keys.Initialize, string.Create(CultureInfo.InvariantCulture, $"70000{index}"));
        yield return Put(keys.Config, """{"ttl":30,"failover":{"strategy":"hybrid"}}""");
        yield return Put(keys.Status, """{"optime":50331744,"slots":{"node1":50331744,"node2":50331744,"node3":50331744}}""");
        yield return Put(keys.LastLeader, """{"name":"node1","term":4}""");
        if (!isAsked)
        {
            yield return Put(keys.Leader, "node1");
        }

        for (var member = isAsked ? 2 : 1; member <= (isWeak && !isAsked ? 2 : 3); member++)
        {
            yield return Put(keys.Member($"node{member}"), Member(index, member, isMySql));
        }

        if (isAsked)
        {
            yield return Put(keys.Approval, ApprovalDocuments.ToText(Request));
        }

        if (isWeak)
        {
            yield return Put(keys.Alerts, AlertDocuments.ToText(Alerts(isAsked)));
        }

        for (var number = 1; number <= AuditEntriesEach; number++)
        {
            yield return Put(keys.Audit(number), JsonSerializer.Serialize(new string('x', 400)));
        }
    }

    private static string Member(int index, int number, bool isMySql)
    {
        var isLeader = number == 1;
        var port = PortFirst + (index * 3) + number;
        return Holdfast.ClusterState.Documents.ToText(
            new MemberReport
            {
                Name = new($"node{number}"),
                Session = null,
                Revision = Revision.Absent,
                State = isLeader ? MemberState.Running : MemberState.Streaming,
                Role = isLeader ? DatabaseRole.Primary : DatabaseRole.Replica,
                Timeline = isMySql ? null : new(2),
                Position = new(50_331_744 - (isLeader ? 0 : index % 11 == 0 ? 4_000_000 : index % 3)),
                IsStreaming = !isLeader,
                Group = isMySql ? new() { ServerId = "s", Address = "a", State = GroupState.Online, ApplyBacklog = index % 5, Transactions = TransactionSet.Empty } : null,
            },
            new(isMySql ? $"mysql://127.0.0.1:{port}/" : $"postgres://127.0.0.1:{port}/postgres", $"http://127.0.0.1:{port}/patroni", "1.0", null));
    }

    private static readonly ApprovalRequest Request = new()
    {
        Id = "4-1",
        State = ApprovalState.Pending,
        LostTerm = new(4),
        Former = new("node1"),
        Reason = "node1 is lost",
        Candidate = new("node2"),
        Choice = "its log goes furthest",
        RunnersUp = [],
        WorstLoss = "nothing that was acknowledged",
        AskedAt = DateTimeOffset.UnixEpoch,
        ApproversNeeded = 1,
        Revision = Revision.Absent,
    };

    private static AlertBoard Alerts(bool isAsked)
    {
        var alert = new ActiveAlert
        {
            Rule = isAsked ? "ApprovalWaiting" : "StandbyNotConnected",
            Subject = isAsked ? "" : "node3",
            Severity = AlertSeverity.Critical,
            Since = DateTimeOffset.UnixEpoch,
            FiringSince = DateTimeOffset.UnixEpoch,
            Summary = isAsked ? "a failover waits for an approval" : "node3 does not follow the primary",
        };
        return new(AlertBoard.Empty.Alerts.Add(alert.Key, alert));
    }

    private static StoreWrite.Put Put(string key, string value) => new(key, value, null);
}
