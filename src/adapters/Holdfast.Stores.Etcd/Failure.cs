using System.Security.Authentication;
using Grpc.Core;

namespace Holdfast.Stores.Etcd;

/// <summary>What a call that brought no answer means.</summary>
internal enum Failure
{
    /// <summary>The server did nothing: another one may be asked.</summary>
    NotDone,

    /// <summary>Nobody knows whether it was done.</summary>
    Unknown,

    /// <summary>The token has expired: a new one is fetched.</summary>
    TokenExpired,

    /// <summary>The lease is gone.</summary>
    LeaseGone,

    /// <summary>The history before some revision is gone.</summary>
    Compacted,

    /// <summary>The request itself is wrong: no server will take it.</summary>
    Invalid,

    /// <summary>This client may not: an operator must mend it.</summary>
    Forbidden,

    /// <summary>No server takes writes until an operator has made room.</summary>
    Full,
}

/// <summary>Reads etcd's errors. Its messages are the API here: the status codes alone do not tell them apart (etcd, api/v3rpc/rpctypes/error.go).</summary>
internal static class Failures
{
    public static Failure Of(RpcException exception)
    {
        var words = exception.Status.Detail;
        return exception.StatusCode switch
        {
            StatusCode.NotFound when words.Contains("requested lease not found", StringComparison.Ordinal) => Failure.LeaseGone,
            StatusCode.OutOfRange when words.Contains("compacted", StringComparison.Ordinal) => Failure.Compacted,
            StatusCode.Unauthenticated when words.Contains("invalid auth token", StringComparison.Ordinal) => Failure.TokenExpired,
            StatusCode.InvalidArgument when words.Contains("revision of auth store is old", StringComparison.Ordinal) => Failure.TokenExpired,
            StatusCode.InvalidArgument when words.Contains("authentication failed", StringComparison.Ordinal)
                || words.Contains("user name is empty", StringComparison.Ordinal) => Failure.Forbidden,
            StatusCode.Unauthenticated or StatusCode.PermissionDenied => Failure.Forbidden,
            StatusCode.InvalidArgument => Failure.Invalid,

            StatusCode.ResourceExhausted when words.Contains("database space exceeded", StringComparison.Ordinal) => Failure.Full,

            // Refused before it was proposed: too many at once, no leader to propose it to.
            StatusCode.ResourceExhausted or StatusCode.FailedPrecondition or StatusCode.Unimplemented => Failure.NotDone,
            StatusCode.Unavailable when words is "etcdserver: no leader" or "etcdserver: server stopped" or "etcdserver: not capable" => Failure.NotDone,
            _ when HasNotLeft(exception) => Failure.NotDone,
            _ => Failure.Unknown,
        };
    }

    /// <summary>What an operator should read.</summary>
    public static string Explain(RpcException exception, string server, string section) => exception switch
    {
        _ when Of(exception) == Failure.Forbidden =>
            $"etcd {server} refuses this client ({exception.Status.Detail}): see {section}.username and {section}.password, and the rights of that user",
        _ when Of(exception) == Failure.Full =>
            $"etcd {server} takes no writes ({exception.Status.Detail}): make room (etcdctl compaction, defrag), then etcdctl alarm disarm",
        { Status.DebugException: { } cause } => $"etcd {server}{Advice(cause, section)}",
        { StatusCode: StatusCode.DeadlineExceeded or StatusCode.Cancelled } => $"etcd {server} has not answered in time",
        _ => $"etcd {server}: {exception.Status.Detail}",
    };

    /// <summary>Errors of certificates are told apart by the words that .NET and OpenSSL have for them: there is nothing else to go by.</summary>
    private static string Advice(Exception cause, string section)
    {
        var words = Innermost(cause).Message;
        bool Says(params ReadOnlySpan<string> any)
        {
            foreach (var one in any)
            {
                if (words.Contains(one, StringComparison.Ordinal))
                {
                    return true;
                }
            }

            return false;
        }

        return cause switch
        {
            _ when Says("NameMismatch") => $": its certificate is not for the name that it is called by: see {section}.hosts",
            _ when Says("NotTimeValid") => $": its certificate has expired or is not valid yet (of those that {section}.cacert trusts)",
            _ when Says("UntrustedRoot", "PartialChain", "NotSignatureValid") => $": its certificate is of an authority that is not trusted: see {section}.cacert",
            _ when Says(" alert ") => $" does not accept this member ({words}): see {section}.cert and {section}.key (what this member shows)",
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                $": {words} See {section}.protocol (whether it speaks TLS), {section}.cacert (whose servers are trusted), {section}.cert and {section}.key (what this member shows)",

            // There was somebody. A server that wants TLS, or refuses this member's certificate after the handshake, hangs up, and .NET has
            // another error for each moment at which it notices.
            HttpRequestException { HttpRequestError: not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError) } =>
                $": {words.TrimEnd('.')}. If it stays so, see {section}.protocol (whether it speaks TLS), {section}.cert and {section}.key (what this member shows)",
            _ => $": {words}",
        };
    }

    /// <summary>There was nobody to take the request.</summary>
    public static bool HasNotLeft(RpcException exception) => exception.Status.DebugException is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    }
    or AuthenticationException;

    private static Exception Innermost(Exception exception) =>
        exception.InnerException is { } inner ? Innermost(inner) : exception;
}
