namespace Holdfast.Router.Sessions.Login;

/// <summary>What the router knows of a user after a log-in, and can log in with again; it is kept in memory only.</summary>
internal abstract record Credential
{
    private Credential()
    {
    }

    /// <summary>The member asked for nothing: trust, peer, or the router's certificate.</summary>
    public sealed record Nothing : Credential;

    public sealed record Password(string Text) : Credential
    {
        public override string ToString() => "a password, not shown";
    }

    /// <summary><c>md5</c> and the hash of password and user, as pg_authid has it.</summary>
    public sealed record Md5(string Secret) : Credential
    {
        public override string ToString() => "an md5 secret, not shown";
    }

    /// <summary>Good wherever the same secret is kept: on every member of a cluster.</summary>
    public sealed record Scram(ScramKeys Keys) : Credential;

    /// <summary>The member and the client settled it between them: the router could not do it again.</summary>
    public sealed record Unknown : Credential;
}
