using System.Collections.Immutable;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Raft;

/// <summary>
/// Asks the other voters how they are, one look at a time. A connection is kept while its voter answers: to prove the password anew costs more than the
/// question, and it is asked for as long as the node lives.
/// </summary>
internal sealed class OtherVoters(RaftStoreOptions options, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private ImmutableDictionary<string, RaftStoreClient> clients = ImmutableDictionary<string, RaftStoreClient>.Empty;

    /// <summary>How many do not answer, or know no leader.</summary>
    public async Task<int> CountLostAsync(IEnumerable<string> voters, CancellationToken cancellationToken)
    {
        string[] others = [.. voters.Where(voter => voter != options.SelfAddress)];
        foreach (var gone in clients.Keys.Except(others))
        {
            await ForgetAsync(gone);
        }

        clients = clients.AddRange(others.Where(voter => !clients.ContainsKey(voter)).Select(voter => KeyValuePair.Create(voter, Open(voter))));
        var answers = await Task.WhenAll(others.Select(async voter => (Voter: voter, IsThere: await AnswersAsync(clients[voter], cancellationToken))));
        foreach (var (voter, _) in answers.Where(answer => !answer.IsThere))
        {
            // What was sent to a host that is away may be on its way for long after it is back.
            await ForgetAsync(voter);
        }

        return answers.Count(answer => !answer.IsThere);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var voter in clients.Keys)
        {
            await ForgetAsync(voter);
        }
    }

    private RaftStoreClient Open(string voter) =>
        new(new RaftClientOptions { Addresses = [voter], Password = options.Password, Tls = options.Tls, RequestTimeout = Limit }, time);

    private async Task ForgetAsync(string voter)
    {
        var client = clients[voter];
        clients = clients.Remove(voter);
        await client.DisposeAsync();
    }

    private static async Task<bool> AnswersAsync(RaftStoreClient client, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.GetStatusAsync(cancellationToken)).Leader is not null;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }
}
