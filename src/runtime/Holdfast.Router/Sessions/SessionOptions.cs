using System.Collections.Immutable;
using System.Net.Security;
using Holdfast.Router.Sessions.Login;

namespace Holdfast.Router.Sessions;

/// <summary>libpq's words for how a connection is protected.</summary>
public enum MemberTlsMode
{
    Disable,
    Prefer,
    Require,
}

/// <summary>What mode session needs to speak PostgreSQL's protocol to both sides.</summary>
public sealed record SessionOptions
{
    /// <summary>How long transactions may go on once a switchover begins.</summary>
    public TimeSpan SwitchoverBudget { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>TLS to clients; null for none.</summary>
    public SslServerAuthenticationOptions? ClientTls { get; init; }

    /// <summary>Every client shows a certificate, and its common name is the user.</summary>
    public bool UsersAreCertified { get; init; }

    public MemberTlsMode MemberTlsMode { get; init; } = MemberTlsMode.Prefer;

    /// <summary>TLS to members, with how their certificates are checked; the host is filled in for each.</summary>
    public SslClientAuthenticationOptions MemberTls { get; init; } = new();

    /// <summary>Where users' secrets come from.</summary>
    public required ISecretSource Secrets { get; init; }

    /// <summary>Settings of the application's own that are carried, such as <c>app.user_id</c>, besides those that are seen to be set.</summary>
    public ImmutableArray<string> CustomSettings { get; init; } = [];
}
