using Holdfast.ClusterState;
using Holdfast.Model;

namespace Holdfast.Agent;

/// <summary>What an agent is told once, when it begins.</summary>
public sealed record AgentOptions
{
    public required string Namespace { get; init; }

    public required string Scope { get; init; }

    public required MemberName Name { get; init; }

    /// <summary>Where others reach this member's database: <c>postgres://host:port/postgres</c>.</summary>
    public required string ConnectUrl { get; init; }

    /// <summary>Where others reach this member's REST API.</summary>
    public required string ApiUrl { get; init; }

    public required string Version { get; init; }

    public required MemberTags Tags { get; init; }

    /// <summary>The tags as the operator wrote them, JSON; null for none.</summary>
    public string? TagsJson { get; init; }

    /// <summary>Whose end the member watches.</summary>
    public IReadOnlyList<CertificateFile> CertificateFiles { get; init; } = [];

    internal MemberIdentity Identity => new(ConnectUrl, ApiUrl, Version, TagsJson);

    /// <summary>The dynamic configuration that a cluster gets which this member initialises, JSON.</summary>
    public required string InitialConfiguration { get; init; }

    /// <summary>How many decisions are kept for those who ask.</summary>
    public int DecisionsKept { get; init; } = 200;
}

/// <param name="Setting">What names it: <c>restapi.certfile</c>.</param>
/// <param name="Path">A PEM file.</param>
public sealed record CertificateFile(string Setting, string Path);
