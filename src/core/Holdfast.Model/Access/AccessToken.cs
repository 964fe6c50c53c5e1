namespace Holdfast.Model.Access;

/// <summary>A bearer token as the store holds it: what was given out is kept nowhere.</summary>
/// <param name="Id">Part of the token, and what it is revoked by.</param>
/// <param name="Name">Whose it is; who a request with it is by.</param>
/// <param name="Roles">What it may do.</param>
/// <param name="Hash">SHA-256 of the whole token, in hexadecimal. The token has 256 random bits, so nothing slower is needed.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="ExpiresAt">Null for never.</param>
public sealed record AccessToken(string Id, string Name, Roles Roles, string Hash, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;

    public override string ToString() => $"token {Id} of {Name}";
}
