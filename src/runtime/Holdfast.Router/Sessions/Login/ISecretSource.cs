using System.Net;

namespace Holdfast.Router.Sessions.Login;

/// <summary>Finds the secret that a user proves itself with, as pg_authid has it: a SCRAM secret, an md5 one, or a password.</summary>
public interface ISecretSource
{
    /// <summary>Null when none is known: the member and the client then settle the log-in between them.</summary>
    /// <param name="user">Who logs in.</param>
    /// <param name="primary">Where to ask, when that is needed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<string?> FindAsync(string user, IPEndPoint primary, CancellationToken cancellationToken);

    /// <summary>A log-in failed: the secret may have changed since it was found.</summary>
    void Forget(string user);
}
