using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Api.Contracts;

namespace Holdfast.Cli.Access;

/// <summary>What a member answered.</summary>
internal sealed record Answer(int Status, string Body, string? Tag)
{
    public bool IsSuccess => Status < 400;
}

/// <summary>Talks to the members of one cluster: to any that answers, or to one in particular.</summary>
internal sealed class ClusterClient : IDisposable
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(5);

    private readonly HttpClient http;
    private readonly List<Uri> endpoints;
    private readonly Func<CancellationToken, Task<IReadOnlyList<Uri>>> findMore;
    private readonly TimeProvider time;
    private bool hasAskedForMore;

    public ClusterClient(ClusterConnection connection, string scope, Func<CancellationToken, Task<IReadOnlyList<Uri>>> findMore, TimeProvider time)
    {
        this.time = time;
        Scope = scope;
        endpoints = [.. connection.Endpoints];
        this.findMore = findMore;
        http = HttpClients.Create(connection);
    }

    /// <summary>The cluster that the operator means.</summary>
    public string Scope { get; }

    public void Dispose() => http.Dispose();

    /// <summary>The cluster as a member sees it.</summary>
    public async Task<ClusterOverview> ReadClusterAsync(CancellationToken cancellationToken)
    {
        var answer = await ReadAnywhereAsync("cluster", answer => Parse(answer, ApiJson.Wire.ClusterOverview).Members.Count > 0, cancellationToken);
        var cluster = Parse(answer, ApiJson.Wire.ClusterOverview);
        if (Scope.Length > 0 && cluster.Scope != Scope)
        {
            throw new CommandFailedException($"The member that answered belongs to cluster {cluster.Scope}, not to {Scope}");
        }

        foreach (var address in cluster.Members.Select(member => BaseOf(member.ApiUrl)).OfType<Uri>())
        {
            if (!endpoints.Contains(address))
            {
                endpoints.Add(address);
            }
        }

        return cluster;
    }

    /// <summary>Reads from the first member that answers without an error of its own; when there is none, what the last one says of its error.</summary>
    /// <exception cref="CommandFailedException">No member can be reached, or whoever asks may not look: the message is the member's own.</exception>
    public Task<Answer> ReadAnywhereAsync(string path, CancellationToken cancellationToken) =>
        ReadAnywhereAsync(path, answer => answer.Status < 500, cancellationToken);

    /// <summary>An agent that has just begun answers before it has read the store, so one that cannot say is no reason not to ask the next.</summary>
    private async Task<Answer> ReadAnywhereAsync(string path, Func<Answer, bool> says, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        Answer? ignorant = null;
        for (var index = 0; index < endpoints.Count || await FindMoreAsync(cancellationToken); index++)
        {
            var endpoint = endpoints[index];
            try
            {
                var answer = await SendAsync(endpoint, HttpMethod.Get, path, null, null, ReadLimit, cancellationToken);
                if (answer.Status is 401 or 403)
                {
                    throw new CommandFailedException(answer.Body);
                }

                if (says(answer))
                {
                    MoveToFront(index);
                    return answer;
                }

                ignorant = answer;
            }
            catch (Exception exception) when (IsUnreachable(exception, cancellationToken))
            {
                failures.Add($"{endpoint.Authority}: {Words(exception)}");
            }
        }

        return ignorant ?? throw new CommandFailedException(failures.Count == 0
            ? "Can not find accessible cluster member: no address of any member is known"
            : $"Can not find accessible cluster member ({string.Join("; ", failures)})");
    }

    /// <summary>What the meant cluster says, by the first of its members that answers.</summary>
    /// <exception cref="CommandFailedException">No member can be reached, or the one that was refuses: the message is its own.</exception>
    public async Task<T> ReadAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        await ReadClusterAsync(cancellationToken);
        var answer = await ReadAnywhereAsync(path, cancellationToken);
        return answer.IsSuccess ? Parse(answer, type) : throw new CommandFailedException(answer.Body);
    }

    /// <summary>Changes something that any member can change.</summary>
    /// <exception cref="CommandFailedException">No member can be reached, or the one that was refuses: the message is its own.</exception>
    public async Task<Answer> ChangeAnywhereAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        var cluster = await ReadClusterAsync(cancellationToken);
        var answer = await ChangeThroughAsync(cluster.Members, method, path, body, null, cancellationToken)
            ?? throw new CommandFailedException("Can not find accessible cluster member");
        return answer.IsSuccess ? answer : throw new CommandFailedException(answer.Body);
    }

    /// <summary>Changes something through the first of these members that can be reached; null when none can.</summary>
    public async Task<Answer?> ChangeThroughAsync(
        IEnumerable<ClusterMember> members, HttpMethod method, string path, string? body, string? ifMatch, CancellationToken cancellationToken)
    {
        foreach (var member in members)
        {
            try
            {
                return await AskMemberAsync(member, method, path, body, ifMatch, cancellationToken);
            }
            catch (CommandFailedException)
            {
                // The next one is tried; that none can be reached is the caller's to say.
            }
        }

        return null;
    }

    /// <summary>Asks one member, however long it takes.</summary>
    /// <exception cref="CommandFailedException">It cannot be reached.</exception>
    public async Task<Answer> AskMemberAsync(
        ClusterMember member, HttpMethod method, string path, string? body, string? ifMatch, CancellationToken cancellationToken)
    {
        var address = BaseOf(member.ApiUrl) ?? throw new CommandFailedException($"Member {member.Name} has no REST address");
        try
        {
            return await SendAsync(address, method, path, body, ifMatch, Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (Exception exception) when (IsUnreachable(exception, cancellationToken))
        {
            throw new CommandFailedException($"Member {member.Name} is not accessible ({Words(exception)})");
        }
    }

    /// <summary>Reads from one member; null when it cannot be reached in time, or answers something else.</summary>
    public async Task<T?> ReadMemberAsync<T>(ClusterMember member, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        if (BaseOf(member.ApiUrl) is not { } address)
        {
            return null;
        }

        try
        {
            var answer = await SendAsync(address, HttpMethod.Get, path, null, null, ReadLimit, cancellationToken);
            return JsonSerializer.Deserialize(answer.Body, type);
        }
        catch (Exception exception) when (exception is JsonException || IsUnreachable(exception, cancellationToken))
        {
            return null;
        }
    }

    public static T Parse<T>(Answer answer, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body, type) ?? throw new JsonException("it is empty");
        }
        catch (JsonException exception)
        {
            throw new CommandFailedException($"The member's answer is not understood (status {answer.Status}): {exception.Message}");
        }
    }

    private async Task<Answer> SendAsync(
        Uri address, HttpMethod method, string path, string? body, string? ifMatch, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, path));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        using var response = await http.SendAsync(request, either.Token);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(either.Token), response.Headers.ETag?.ToString());
    }

    private async Task<bool> FindMoreAsync(CancellationToken cancellationToken)
    {
        if (hasAskedForMore)
        {
            return false;
        }

        hasAskedForMore = true;
        var known = endpoints.Count;
        endpoints.AddRange((await findMore(cancellationToken)).Except(endpoints).ToList());
        return endpoints.Count > known;
    }

    private void MoveToFront(int index)
    {
        var answering = endpoints[index];
        endpoints.RemoveAt(index);
        endpoints.Insert(0, answering);
    }

    private static Uri? BaseOf(string apiUrl) =>
        Uri.TryCreate(apiUrl, UriKind.Absolute, out var url) ? new Uri(url.GetLeftPart(UriPartial.Authority)) : null;

    private static bool IsUnreachable(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static string Words(Exception exception) => exception switch
    {
        OperationCanceledException => "no answer in time",
        HttpRequestException { InnerException: { } inner } => inner.Message,
        _ => exception.Message,
    };
}
