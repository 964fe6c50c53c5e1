using Grpc.Core;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Etcd;

/// <summary>A call to one server: with credentials, and a deadline by which it has answered or is left.</summary>
internal delegate Task<T> EtcdCall<T>(CallInvoker server, CallOptions options);

/// <summary>How a request finds a server that answers it, within the time there is, and without being carried out twice.</summary>
internal sealed class EtcdCalls(EtcdServers servers, EtcdStoreOptions options, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>A request that may be repeated: every server is asked in turn.</summary>
    /// <exception cref="StoreUnavailableException">None has answered in time.</exception>
    public async Task<T> RepeatAsync<T>(EtcdCall<T> call, CancellationToken cancellationToken)
        where T : notnull => await AskAsync(call, mayRepeat: true, cancellationToken) ?? throw new InvalidOperationException("a call without an answer");

    /// <summary>
    /// A request that must not happen twice: asked again only when it surely was not carried out. Null when nobody knows whether it was.
    /// </summary>
    /// <exception cref="StoreUnavailableException">It was not carried out.</exception>
    public Task<T?> OnceAsync<T>(EtcdCall<T> call, CancellationToken cancellationToken)
        where T : class => AskAsync(call, mayRepeat: false, cancellationToken);

    private async Task<T?> AskAsync<T>(EtcdCall<T> call, bool mayRepeat, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var refusals = 0;
        for (var failures = 0; ; failures++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var server = await servers.CurrentAsync(cancellationToken);
            var isSent = false;
            try
            {
                var deadline = time.GetUtcNow().UtcDateTime + options.AttemptTimeout;
                var headers = await server.CredentialsAsync(deadline, cancellationToken);
                isSent = true;
                var answer = await call(server.Invoker(), new CallOptions(headers, deadline, cancellationToken));
                servers.Praise();
                return answer;
            }
            catch (RpcException exception)
            {
                var failure = Failures.Of(exception);
                if (failure is Failure.LeaseGone or Failure.Compacted)
                {
                    throw;
                }

                if (failure == Failure.Invalid)
                {
                    throw new ArgumentException(exception.Status.Detail, exception);
                }

                // Whoever gave up waiting turns away from the server as well: the next one may be well.
                Turn(server, failure);
                if (failure == Failure.Unknown && isSent && !mayRepeat)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    return default;
                }

                cancellationToken.ThrowIfCancellationRequested();

                // When nobody is there at all, the caller has better things to do with the time.
                refusals = Failures.HasNotLeft(exception) ? refusals + 1 : 0;
                if (time.GetElapsedTime(began) >= options.RequestTimeout || refusals >= servers.Count || (failure is Failure.Forbidden or Failure.Full && failures >= servers.Count - 1))
                {
                    throw new StoreUnavailableException(Failures.Explain(exception, server.Name, options.Section), exception);
                }
            }

            if (failures >= servers.Count)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private void Turn(EtcdServer server, Failure failure)
    {
        if (failure == Failure.TokenExpired)
        {
            server.ForgetToken();
        }
        else
        {
            servers.Leave(server);
        }
    }
}
