namespace Holdfast.ClusterState;

/// <summary>What a member's key says of it besides its report.</summary>
/// <param name="ConnectUrl">Where others reach its database: <c>postgres://host:port/postgres</c>.</param>
/// <param name="ApiUrl">Where others reach its REST interface.</param>
/// <param name="Version">Of its agent.</param>
/// <param name="TagsJson">As the operator wrote them; null for none.</param>
public sealed record MemberIdentity(string ConnectUrl, string ApiUrl, string Version, string? TagsJson);
