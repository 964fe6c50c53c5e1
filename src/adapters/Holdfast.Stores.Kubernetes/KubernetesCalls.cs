using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Kubernetes;

/// <summary>What became of one attempt: an answer, or why there is none.</summary>
internal sealed record KubernetesAttempt(KubernetesAnswer? Answer, string Trouble, Exception? Cause)
{
    /// <summary>There was nobody to take the request.</summary>
    public bool IsRefused { get; init; }

    public bool MayBeDone { get; init; }

    public bool IsSettled => Trouble.Length == 0;
}

/// <summary>How a request is asked again until it has an answer that settles the matter, within the time there is.</summary>
internal sealed partial class KubernetesCalls(
    KubernetesConnection connection, KubernetesStoreOptions options, TimeProvider time, ILogger logger)
{
    private const int RefusalsMax = 2;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly Complaints complaints = new(time);

    public string Server => connection.Server;

    public string PathOf(string resource) => $"{(resource == "leases" ? "apis/coordination.k8s.io/v1" : "api/v1")}/namespaces/{options.Namespace}/{resource}";

    public string PathOf(string resource, string name) => $"{PathOf(resource)}/{Uri.EscapeDataString(name)}";

    /// <summary>Every request may be repeated: those that write say which version they are for, or change nothing the second time.</summary>
    /// <param name="call">The request.</param>
    /// <param name="began">When the operation that it is part of began.</param>
    /// <param name="cancellationToken">Whoever waits gives up.</param>
    /// <exception cref="NoAnswerException">None came in time.</exception>
    public async Task<KubernetesAnswer> AskAsync(KubernetesCall call, long began, CancellationToken cancellationToken)
    {
        var (refusals, pause, isUncertain, trouble) = (0, FirstPause, false, "");
        try
        {
            while (true)
            {
                var attempt = await TryAsync(call, isAgain: isUncertain || pause > FirstPause, cancellationToken);
                if (attempt is { IsSettled: true, Answer: { } settled })
                {
                    return settled with { WasUncertain = isUncertain };
                }

                isUncertain |= attempt.MayBeDone;
                trouble = attempt.Trouble;
                refusals = attempt.IsRefused ? refusals + 1 : 0;
                var wait = attempt.Answer?.RetryAfter is { } asked && asked > pause ? asked : pause;

                // When nobody is there at all, the caller has better things to do with the time.
                if (refusals >= RefusalsMax || time.GetElapsedTime(began) + wait >= options.RequestTimeout)
                {
                    throw new NoAnswerException(attempt.Trouble, attempt.Cause, isUncertain);
                }

                await Task.Delay(wait, time, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        catch (OperationCanceledException) when (trouble.Length > 0 && complaints.IsDue())
        {
            // Whoever gave up waiting never sees the reason.
            LogGivenUp(trouble);
            throw;
        }
    }

    /// <summary>Asks once.</summary>
    public async Task<KubernetesAttempt> TryAsync(KubernetesCall call, bool isAgain, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var late = new CancellationTokenSource(options.AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var request = RequestOf(call, isAgain);
            using var response = await connection.SendAsync(request, call.Path, either.Token);
            var answer = new KubernetesAnswer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(either.Token), RetryAfter(response));
            return Judge(call, answer);
        }
        catch (Exception broken) when (IsOfTheNetwork(broken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isRefused = HasNotLeft(broken);
            return new(null, Explain(broken), broken) { IsRefused = isRefused, MayBeDone = !isRefused };
        }
    }

    /// <summary>Opens a stream; null with the reason when there is none.</summary>
    public async Task<(HttpResponseMessage? Response, string Trouble)> OpenAsync(KubernetesCall call, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var request = RequestOf(call, isAgain: false);
        try
        {
            var response = await connection.SendAsync(request, call.Path, either.Token);
            if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Gone)
            {
                return (response, "");
            }

            using (response)
            {
                var answer = new KubernetesAnswer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(either.Token), null);
                return (null, Explain(call, answer));
            }
        }
        catch (Exception broken) when (IsOfTheNetwork(broken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (null, Explain(broken));
        }
    }

    public static bool IsOfTheNetwork(Exception broken) => broken is HttpRequestException or IOException or OperationCanceledException or UnauthorizedAccessException;

    /// <summary>What an operator should read.</summary>
    public string Explain(KubernetesCall call, KubernetesAnswer answer) => answer.Status switch
    {
        HttpStatusCode.Forbidden =>
            $"kubernetes {Server} refuses this client ({answer.Text}): its Role needs the verb '{call.Verb}' on '{call.Resource}' in the namespace '{options.Namespace}'",
        HttpStatusCode.Unauthorized =>
            $"kubernetes {Server} does not know this client ({answer.Text}): see the service account's token, or the user in the kubeconfig",
        _ => $"kubernetes {Server} answers {(int)answer.Status} to '{call.Verb}' on '{call.Resource}': {answer.Text}",
    };

    public string Explain(Exception broken) => broken switch
    {
        OperationCanceledException => $"kubernetes {Server} has not answered in time",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or AuthenticationException =>
            $"kubernetes {Server}: {Innermost(broken).Message} See kubernetes.cacert (whose servers are trusted), or the authority in the kubeconfig",
        _ => $"kubernetes {Server}: {Innermost(broken).Message}",
    };

    private KubernetesAttempt Judge(KubernetesCall call, KubernetesAnswer answer)
    {
        if (answer.Status == HttpStatusCode.Unauthorized)
        {
            connection.ForgetToken();
        }

        var status = (int)answer.Status;
        var isPassing = status >= 500
            || answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
            || options.RetriableStatuses.Contains(status)
            || (answer.Status == HttpStatusCode.Conflict && !call.IsConditional && !answer.Exists)
            || (!answer.IsSuccess && answer.Refusal is null);
        return isPassing
            ? new(answer, Explain(call, answer), null) { MayBeDone = status >= 500 || answer.Status == HttpStatusCode.RequestTimeout }
            : new(answer, "", null);
    }

    private static HttpRequestMessage RequestOf(KubernetesCall call, bool isAgain)
    {
        var request = new HttpRequestMessage { Method = call.Method };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));

        // Behind one address there are several servers: a new connection may lead to one that is well.
        request.Headers.ConnectionClose = isAgain;
        if (call.Body is { } body)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(call.ContentType) } };
        }

        return request;
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Retry-After", out var values) && double.TryParse(values.First(), CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 3600
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private static bool HasNotLeft(Exception broken) => broken is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    }
    or AuthenticationException or UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException;

    [LoggerMessage(2155, LogLevel.Warning, "A request was given up: {Why}")]
    private partial void LogGivenUp(string why);

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}
