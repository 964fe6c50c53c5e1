using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Consul;

/// <summary>What a server answered; <see cref="Text"/> is Consul's own words where it refuses something.</summary>
internal sealed record ConsulAnswer(HttpStatusCode Status, byte[] Body, long Index)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Body).Trim();
}

/// <summary>How a request finds a server that answers it, within the time there is, and without being carried out twice.</summary>
internal sealed class ConsulCalls(ConsulServers servers, ConsulStoreOptions options, TimeProvider time)
{
    public const string MissingNode = "Missing node registration";
    public const string SessionTime = "Session TTL";

    private const string IndexHeader = "X-Consul-Index";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether this server, or agent, answers and knows a leader.</summary>
    public async Task<bool> KnowsLeaderAsync(int server, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await AskAsync(server, HttpMethod.Get, "/v1/status/leader", null, options.AttemptTimeout, cancellationToken);
            return answer is { Status: HttpStatusCode.OK, Text.Length: > 2 };
        }
        catch (Exception broken) when (IsOfTheNetwork(broken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }

    /// <summary>
    /// Asks one server after another until one gives an answer that settles the matter: anything but an error of the server's own.
    /// A request that must not happen twice is asked again only when it surely was not carried out; null when nobody knows whether it was.
    /// </summary>
    /// <exception cref="StoreUnavailableException">It was not carried out.</exception>
    public async Task<ConsulAnswer?> AskAsync(HttpMethod method, string path, byte[]? body, bool mayRepeat, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var refusals = 0;
        for (var failures = 1; ; failures++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var server = servers.Current;
            string trouble;
            Exception? cause = null;
            bool isUndone;
            try
            {
                var answer = await AskAsync(server, method, path, body, options.AttemptTimeout, cancellationToken);
                if (Settles(answer))
                {
                    return answer;
                }

                trouble = Explain(answer, server);
                isUndone = answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.Forbidden || Says(answer, "No cluster leader");
            }
            catch (Exception broken) when (IsOfTheNetwork(broken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                (trouble, cause, isUndone) = (Explain(broken, server), broken, HasNotLeft(broken));
            }

            servers.Leave(server);
            if (!isUndone && !mayRepeat)
            {
                return null;
            }

            // When nobody is there at all, the caller has better things to do with the time.
            refusals = cause is not null && isUndone ? refusals + 1 : 0;
            if (time.GetElapsedTime(began) >= options.RequestTimeout || refusals >= servers.Count)
            {
                throw new StoreUnavailableException(trouble, cause);
            }

            if (failures >= servers.Count)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    /// <summary>Asks this one server, once.</summary>
    public async Task<ConsulAnswer> AskAsync(
        int server, HttpMethod method, string path, byte[]? body, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var request = new HttpRequestMessage(method, Place(path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        using var answer = await servers[server].SendAsync(request, either.Token);
        var index = answer.Headers.TryGetValues(IndexHeader, out var values) && long.TryParse(values.First(), out var number) ? number : 0;
        return new ConsulAnswer(answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(either.Token), index);
    }

    public static bool IsOfTheNetwork(Exception broken) => broken is HttpRequestException or IOException or OperationCanceledException;

    /// <summary>What an operator should read.</summary>
    public string Explain(ConsulAnswer answer, int server) => answer.Status == HttpStatusCode.Forbidden
        ? $"consul {servers.NameOf(server)} refuses this client ({answer.Text}): see consul.token, and the rights of that token"
        : $"consul {servers.NameOf(server)} answers {(int)answer.Status}: {answer.Text}";

    public string Explain(Exception broken, int server) => broken switch
    {
        OperationCanceledException => $"consul {servers.NameOf(server)} has not answered in time",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"consul {servers.NameOf(server)}: {Innermost(broken).Message} See consul.cacert (whose servers are trusted), consul.cert and consul.key (what this member shows)",
        _ => $"consul {servers.NameOf(server)}: {Innermost(broken).Message}",
    };

    public static bool Says(ConsulAnswer answer, string words) => answer.Text.Contains(words, StringComparison.Ordinal);

    /// <summary>What is wrong with a session comes with status 500, like what is wrong with the server.</summary>
    private static bool Settles(ConsulAnswer answer) =>
        answer.Status is < HttpStatusCode.InternalServerError and not (HttpStatusCode.TooManyRequests or HttpStatusCode.Forbidden)
        || Says(answer, MissingNode)
        || Says(answer, SessionTime);

    private static bool HasNotLeft(Exception broken) => broken is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    }
    or AuthenticationException;

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;

    private Uri Place(string path)
    {
        var datacenter = options.Datacenter is { } name ? $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}dc={Uri.EscapeDataString(name)}" : "";
        return new Uri(path + datacenter, UriKind.Relative);
    }
}
