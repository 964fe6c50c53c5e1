using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Http;

/// <summary>Posts JSON, and says in the port's words what came of it. The center sets the time limit.</summary>
internal sealed class HttpDelivery : IDisposable
{
    private const int AnswerBytesMax = 4096;
    private const int AnswerLettersShown = 200;
    private const int SecretLettersMin = 4;
    private readonly HttpTarget target;
    private readonly TimeProvider time;
    private readonly HttpClient client;
    private readonly X509Certificate2Collection authorities = [];
    private readonly ImmutableArray<string> secrets;

    /// <exception cref="IOException">The authorities' file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It cannot be used.</exception>
    public HttpDelivery(HttpTarget target, TimeProvider time)
    {
        this.target = target;
        this.time = time;
        secrets = [.. target.Secrets.Append(target.Authorization).Append(target.Url.UserInfo).Append(target.Url.PathAndQuery).OfType<string>().Where(secret => secret.Length >= SecretLettersMin)];
        if (target.CaFile is { } file)
        {
            authorities.ImportFromPemFile(file);
        }

        client = Open();
    }

    /// <exception cref="NotificationFailedException">No answer, or one that is no success.</exception>
    public async Task PostAsync(byte[] body, ImmutableArray<KeyValuePair<string, string>> headers, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, target.Url);
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        if (target.Authorization is { } authorization)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        try
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                throw Refusal(answer, await ExcerptAsync(answer, cancellationToken));
            }
        }
        catch (HttpRequestException broken)
        {
            throw new NotificationFailedException(Explain(broken), isWorthRetrying: true, null);
        }
    }

    public void Dispose()
    {
        client.Dispose();
        foreach (var authority in authorities)
        {
            authority.Dispose();
        }
    }

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;

    private static async Task<string> ExcerptAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[AnswerBytesMax];
            await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return System.Text.Encoding.UTF8.GetString(buffer, 0, length).ReplaceLineEndings(" ").Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    private HttpClient Open()
    {
        var security = new SslClientAuthenticationOptions();
        if (authorities.Count > 0)
        {
            security.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            security.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

#pragma warning disable CA2000 // The client disposes of its handler.
        var handler = new SocketsHttpHandler { SslOptions = security, AllowAutoRedirect = false, UseCookies = false };
#pragma warning restore CA2000
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private NotificationFailedException Refusal(HttpResponseMessage answer, string excerpt)
    {
        var isWorthRetrying = answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;
        var words = Redact(excerpt);
        var shown = words.Length > AnswerLettersShown ? words[..AnswerLettersShown] + "..." : words;
        return new NotificationFailedException($"{target.Url.Authority} answers {(int)answer.StatusCode}{(shown.Length > 0 ? ": " : "")}{shown}", isWorthRetrying, null)
        {
            RetryAfter = answer.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => date - time.GetUtcNow(),
                _ => null,
            },
        };
    }

    private string Redact(string text) => secrets.Aggregate(text, (redacted, secret) => redacted.Replace(secret, "***", StringComparison.Ordinal));

    private string Explain(HttpRequestException broken) => broken.HttpRequestError == HttpRequestError.SecureConnectionError
        ? $"{target.Url.Authority}: {Innermost(broken).Message} See cafile: whose servers are trusted"
        : $"{target.Url.Authority}: {Innermost(broken).Message}";
}
