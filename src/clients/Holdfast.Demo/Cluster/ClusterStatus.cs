using System.Text.Json;

namespace Holdfast.Demo.Cluster;

/// <summary>The members as <c>GET /cluster</c> tells of them, by Holdfast or by Patroni of any version.</summary>
public sealed record ClusterStatus(IReadOnlyList<ClusterStatus.Member> Members)
{
    public Member? Leader => Members.FirstOrDefault(member => member.Role == "leader");

    public Member? SynchronousStandby => Members.FirstOrDefault(member => member.Role is "sync_standby" or "quorum_standby");

    /// <summary>Null when the text is not such an answer.</summary>
    public static ClusterStatus? Parse(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("members", out var members) && members.ValueKind == JsonValueKind.Array
            ? new([.. members.EnumerateArray().Select(member => new Member(Text(member, "name"), Text(member, "role"), Text(member, "state")))])
            : null;

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";

    public sealed record Member(string Name, string Role, string State);
}
