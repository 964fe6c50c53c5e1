namespace Holdfast.Api.Contracts;

/// <summary>Answers <c>POST /holdfast/v1/login</c>.</summary>
public sealed record LoginStatus
{
    public required string Name { get; init; }

    /// <summary>Some of viewer, operator, approver, admin.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
}

/// <summary>The body of <c>POST /holdfast/v1/tokens</c>.</summary>
public sealed record TokenBody
{
    /// <summary>Whose it is.</summary>
    public string? Name { get; init; }

    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>A length of time such as <c>30d</c>; absent: for ever.</summary>
    public string? ExpiresIn { get; init; }
}

/// <summary>Answers <c>POST /holdfast/v1/tokens</c>: the only time that the token is shown.</summary>
public sealed record TokenCreated
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public IReadOnlyList<string> Roles { get; init; } = [];

    public DateTimeOffset? ExpiresAt { get; init; }

    public required string Token { get; init; }

    public override string ToString() => $"token {Id} of {Name}";
}

/// <summary>Answers <c>GET /holdfast/v1/tokens</c>.</summary>
public sealed record TokenList
{
    public IReadOnlyList<TokenStatus> Tokens { get; init; } = [];
}

public sealed record TokenStatus
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public IReadOnlyList<string> Roles { get; init; } = [];

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public bool IsExpired { get; init; }
}
