using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>The table of members that <c>list</c> and <c>topology</c> print, and that dangerous verbs show first.</summary>
internal static class MemberTable
{
    private const int PostgreSqlPort = 5432;
    private const int ReasonLengthMax = 50;

    private static readonly string[] RightAligned = ["TL", "Receive LSN", "Receive Lag", "Replay LSN", "Replay Lag", "To apply", "Conflicts"];

    public static string Print(ClusterOverview cluster, string? systemId, OutputFormat format, bool isExtended)
    {
        var members = format == OutputFormat.Topology ? Topology.Sort(cluster.Members) : [.. cluster.Members.Select(member => (member, member.Name))];
        var keys = Keys(cluster, isExtended);
        var showsPort = ShowsPort(cluster);
        var isPretty = format is OutputFormat.Pretty or OutputFormat.Topology;
        var rows = members.Select(pair => Row(pair.Item1, pair.Item2, cluster.Scope, keys, showsPort, isPretty)).ToList();
        var shown = isPretty ? keys.Skip(1).ToList() : keys;
        var table = new Table(
            $" Cluster: {cluster.Scope} ({systemId ?? "uninitialized"}) ",
            [.. shown.Select(key => new Column(key is "Receive Lag" or "Replay Lag" ? "Lag" : key, RightAligned.Contains(key)))],
            shown,
            [.. rows.Select(row => isPretty ? row.Skip(1).ToList() : row)]);
        return isPretty ? table.In(format) + ServiceInfo(cluster) : table.In(format);
    }

    private static List<string> Keys(ClusterOverview cluster, bool isExtended)
    {
        List<string> keys = cluster.Members.Any(member => member.GroupState is not null)
            ? ["Cluster", "Member", "Host", "Role", "State", "Group", "To apply", "Conflicts"]
            : ["Cluster", "Member", "Host", "Role", "State", "TL", "Receive LSN", "Receive Lag", "Replay LSN", "Replay Lag"];
        AddIf("Pending restart", member => member.PendingRestart == true);
        AddIf("Pending restart reason", member => member.PendingRestartReason is not null);
        AddIf("Scheduled restart", member => member.ScheduledRestart is not null);
        AddIf("Tags", member => member.Tags is not null);
        return keys;

        void AddIf(string key, Func<ClusterMember, bool> has)
        {
            if (isExtended || cluster.Members.Any(has))
            {
                keys.Add(key);
            }
        }
    }

    // The port is shown when it is not the usual one, or when two members share a host.
    private static bool ShowsPort(ClusterOverview cluster)
    {
        var reachable = cluster.Members.Where(member => member.Host is not null).ToList();
        return reachable.Exists(member => member.Port is not null and not PostgreSqlPort)
            || reachable.Select(member => member.Host).Distinct().Count() < reachable.Count;
    }

    private static List<JsonNode?> Row(ClusterMember member, string name, string scope, List<string> keys, bool showsPort, bool isPretty) =>
        [.. keys.Select(key => key switch
        {
            "Cluster" => (JsonNode?)scope,
            "Member" => name,
            "Host" => showsPort && member is { Host: { } host, Port: { } port } ? string.Create(CultureInfo.InvariantCulture, $"{host}:{port}") : member.Host,
            "Role" => Titled(member.Role),
            "State" => member.State,
            "TL" => member.Timeline is { } timeline ? JsonValue.Create(timeline) : null,
            "Receive LSN" => member.ReceiveLsn,
            "Receive Lag" => Megabytes(member.ReceiveLag),
            "Replay LSN" => member.ReplayLsn,
            "Replay Lag" => Megabytes(member.ReplayLag),
            "Group" => member.GroupState,
            "To apply" => member switch
            {
                { SlowsGroup: true, GroupBacklog: { } backlog } => string.Create(CultureInfo.InvariantCulture, $"{backlog}, slows the group"),
                { GroupBacklog: { } backlog } => JsonValue.Create(backlog),
                _ => null,
            },
            "Conflicts" => member.GroupConflicts is { } conflicts ? JsonValue.Create(conflicts) : null,
            "Pending restart" => member.PendingRestart == true ? "*" : null,
            "Pending restart reason" => Reasons(member.PendingRestartReason, isPretty),
            "Scheduled restart" => Scheduled(member.ScheduledRestart),
            _ => member.Tags is { } tags ? JsonNode.Parse(tags.GetRawText()) : null,
        })];

    private static JsonValue? Megabytes(Lag? lag) =>
        lag?.Bytes is { } bytes ? JsonValue.Create((long)Math.Round(bytes / 1024d / 1024d, MidpointRounding.ToEven)) : null;

    private static string? Scheduled(ScheduledRestart? restart) => restart switch
    {
        null => null,
        { PostgresVersion: { } version } => $"{restart.Schedule} if version < {version}",
        _ => restart.Schedule,
    };

    private static string? Reasons(JsonElement? reasons, bool isPretty) =>
        reasons is not { ValueKind: JsonValueKind.Object } known ? null : string.Join('\n', known.EnumerateObject().Select(reason => Reason(reason, isPretty)));

    private static string Reason(JsonProperty reason, bool isPretty)
    {
        var full = $"{reason.Name}: {Part(reason.Value, "old_value")}->{Part(reason.Value, "new_value")}";
        return isPretty && full.Length > ReasonLengthMax ? $"{reason.Name}: [hidden - too long]" : full;
    }

    private static string Part(JsonElement reason, string name) =>
        reason.ValueKind == JsonValueKind.Object && reason.TryGetProperty(name, out var part) ? part.ToString() : "";

    private static string Titled(string role) =>
        string.Join(' ', role.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static string ServiceInfo(ClusterOverview cluster)
    {
        var text = new StringBuilder();
        if (cluster.Pause == true)
        {
            text.Append(" Maintenance mode: on\n");
        }

        if (cluster.ScheduledSwitchover is { } switchover)
        {
            text.Append(CultureInfo.InvariantCulture, $" Switchover scheduled at: {switchover.At}\n");
            AppendPart("from", switchover.From);
            AppendPart("to", switchover.To);
        }

        return text.ToString();

        void AppendPart(string name, string? member)
        {
            if (member is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"{name,24}: {member}\n");
            }
        }
    }
}

/// <summary>Members as a tree of who streams from whom.</summary>
internal static class Topology
{
    public static List<(ClusterMember Member, string Name)> Sort(IReadOnlyList<ClusterMember> members)
    {
        var leader = members.FirstOrDefault(member => member.IsLeader);
        var replicas = members.Where(member => !member.IsLeader).ToList();
        var below = replicas.ToLookup(member => Source(member, replicas) ?? leader?.Name ?? "");
        var sorted = new List<(ClusterMember, string)>();
        if (leader is not null)
        {
            sorted.Add((leader, leader.Name));
        }

        AppendBelow(leader?.Name ?? "", 1);
        return sorted;

        void AppendBelow(string name, int level)
        {
            foreach (var member in below[name])
            {
                // Members that name each other as sources would go round for ever.
                if (level <= members.Count)
                {
                    sorted.Add((member, $"{new string(' ', (level - 1) * 2)}+ {member.Name}"));
                    AppendBelow(member.Name, level + 1);
                }
            }
        }
    }

    private static string? Source(ClusterMember member, List<ClusterMember> replicas) =>
        member.Tags is { ValueKind: JsonValueKind.Object } tags
        && tags.TryGetProperty("replicatefrom", out var source)
        && source.ValueKind == JsonValueKind.String
        && source.GetString() is { } name
        && name != member.Name
        && replicas.Exists(other => other.Name == name)
            ? name
            : null;
}
