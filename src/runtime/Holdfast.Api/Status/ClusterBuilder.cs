using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Model;

namespace Holdfast.Api.Status;

/// <summary>Says how the cluster is, as the store has it.</summary>
internal static class ClusterBuilder
{
    private const int PostgreSqlPort = 5432;

    public static ClusterOverview Build(MemberSnapshot snapshot, RestApiOptions options)
    {
        var view = snapshot.View;
        var scheduled = view?.Store.Switchover is { ScheduledAt: { } at } switchover
            ? new ScheduledSwitchover { At = PatroniWords.IsoTime(at), From = switchover.From?.Text, To = switchover.To?.Text }
            : null;
        return new()
        {
            Members = view is null ? [] : [.. view.Store.Members.OrderBy(member => member.Name).Select(member => Member(member, view))],
            Pause = snapshot.Policy.IsPaused ? true : null,
            ScheduledSwitchover = scheduled,
            Scope = options.Scope,
        };
    }

    private static ClusterMember Member(MemberReport report, ClusterView view)
    {
        var isLeader = view.Store.Lease?.Holder == report.Name;
        var (host, port) = HostAndPort(report.ConnectUrl);
        var document = ReportDocument.Parse(report);
        var member = new ClusterMember
        {
            Name = report.Name.Text,
            Role = RoleOf(report, view, isLeader),
            State = !isLeader && report is { IsStreaming: true, State: MemberState.Running } ? PatroniWords.Streaming : PatroniWords.State(report.State),
            ApiUrl = report.ApiUrl,
            Host = host,
            Port = port,
            Timeline = report.Timeline?.Number,
            PendingRestart = report.IsRestartPending ? true : null,
            PendingRestartReason = report.IsRestartPending ? document?.PendingRestartReason : null,
            ScheduledRestart = document?.ScheduledRestart,
            Tags = document is null ? KnownTags(report.Tags) : document.Tags,
        };
        if (report.Group is { } group)
        {
            return member with
            {
                GroupState = group.State.ToString().ToUpperInvariant(),
                GroupBacklog = group.ApplyBacklog,
                GroupConflicts = group.Conflicts,
                SlowsGroup = group.SlowsGroup ? true : null,
            };
        }

        return isLeader ? member : WithLag(member, report, view.Store.Status.LastPosition);
    }

    private static string RoleOf(MemberReport report, ClusterView view, bool isLeader) => isLeader switch
    {
        true => "leader",
        false when report is { Role: DatabaseRole.Primary, Group: { } group } && view.Store.Lease is { } lease && view.Report(lease.Holder)?.Group?.CountsAsPrimary(group.ServerId) == true => "primary",
        false when view.Policy.SynchronousMode != SynchronousMode.Off && view.Store.Sync.Standbys.Contains(report.Name) => "sync_standby",
        _ => "replica",
    };

    private static ClusterMember WithLag(ClusterMember member, MemberReport report, LogPosition leader)
    {
        var received = report.Position;
        var replayed = report.ReplayPosition;
        var furthest = received is { } one && replayed is { } other ? (one > other ? one : other) : received ?? replayed;
        return member with
        {
            ReceiveLsn = Words(received),
            ReceiveLag = LagOf(received),
            ReplayLsn = Words(replayed),
            ReplayLag = LagOf(replayed),
            Lsn = Words(furthest),
            Lag = LagOf(furthest),
        };

        static string Words(LogPosition? position) => position is { Bytes: > 0 } known ? PatroniWords.Lsn(known) : PatroniWords.Unknown;

        Lag LagOf(LogPosition? position) => position is { Bytes: > 0 } known ? new(leader.BytesAheadOf(known)) : Lag.Unknown;
    }

    public static (string? Host, int? Port) HostAndPort(string connectUrl)
    {
        if (!Uri.TryCreate(connectUrl, UriKind.Absolute, out var url) || url.Host.Length == 0)
        {
            return (null, null);
        }

        return (url.Host.Trim('[', ']'), url.Port > 0 ? url.Port : PostgreSqlPort);
    }

    private static JsonElement? KnownTags(MemberTags tags)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            WriteFlag("nofailover", tags.NoFailover);
            if (tags.FailoverPriority != MemberTags.None.FailoverPriority)
            {
                writer.WriteNumber("failover_priority", tags.FailoverPriority);
            }

            WriteFlag("noloadbalance", tags.NoLoadBalance);
            WriteFlag("nosync", tags.NoSync);
            WriteFlag("clonefrom", tags.CloneFrom);
            if (tags.ReplicateFrom is { } source)
            {
                writer.WriteString("replicatefrom", source);
            }

            writer.WriteEndObject();

            void WriteFlag(string name, bool isSet)
            {
                if (isSet)
                {
                    writer.WriteBoolean(name, true);
                }
            }
        }

        var element = JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        return element.EnumerateObject().Any() ? element : null;
    }
}
