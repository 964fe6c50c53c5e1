using System.Collections.Immutable;
using Holdfast.Cli;
using Holdfast.Configuration;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft;

namespace Holdfast.Host.Composition;

/// <summary>The embedded store, as its operator asks it through any of its nodes.</summary>
internal sealed class StoreAdministration : IStoreAdministration
{
    /// <summary>A change of members may have to wait for an election.</summary>
    private static readonly TimeSpan ChangeLimit = TimeSpan.FromSeconds(15);

    /// <summary>Long enough for a busy node: who does not answer counts as lost when a voter is to be removed.</summary>
    private static readonly TimeSpan StatusLimit = TimeSpan.FromSeconds(3);
    private const int KeysAtOnce = 50;

    public async Task<IReadOnlyList<StoreNode>> StatusAsync(string? configurationPath, CancellationToken cancellationToken)
    {
        var raft = Raft(configurationPath);
        var answers = await Task.WhenAll(Addresses(raft).Select(address => AskAsync(raft, address, cancellationToken)));
        var newest = answers.Select(answer => answer.Status).OfType<RaftStatus>().MaxBy(status => (status.Term, status.CommitIndex));

        // Members that joined later stand in no file.
        var known = answers.Select(answer => answer.Address).ToHashSet(StringComparer.Ordinal);
        var others = newest is null ? [] : newest.Voters.Concat(newest.Learners).Where(address => !known.Contains(address)).ToArray();
        var all = answers.Concat(await Task.WhenAll(others.Select(address => AskAsync(raft, address, cancellationToken))));
        return [.. all.Select(answer => NodeOf(answer, newest)).OrderBy(node => node.Address, StringComparer.Ordinal)];
    }

    public Task AddAsync(string? configurationPath, string address, CancellationToken cancellationToken) =>
        UseAsync(configurationPath, store => store.AddMemberAsync(address, cancellationToken));

    public Task RemoveAsync(string? configurationPath, string address, CancellationToken cancellationToken) =>
        UseAsync(configurationPath, store => store.RemoveMemberAsync(address, cancellationToken));

    public Task LeadAsync(string? configurationPath, string address, CancellationToken cancellationToken) =>
        UseAsync(configurationPath, store => store.TransferLeadershipAsync(address, cancellationToken));

    public async Task<IReadOnlyList<StoreKey>> ReadAsync(string? configurationPath, CancellationToken cancellationToken)
    {
        StoreImage? image = null;
        await UseAsync(configurationPath, async store => image = await store.ReadAsync("/", cancellationToken));
        return [.. image!.Entries.Select(entry => new StoreKey(entry.Key, entry.Value, entry.Session is not null))];
    }

    public Task WriteAsync(string? configurationPath, IReadOnlyList<StoreKey> keys, CancellationToken cancellationToken) =>
        UseAsync(configurationPath, async store =>
        {
            foreach (var some in keys.Chunk(KeysAtOnce))
            {
                var result = await store.CommitAsync(
                    new StoreTransaction([], [.. some.Select(key => new StoreWrite.Put(key.Key, key.Value, null))]), cancellationToken);
                if (result.Outcome != CommitOutcome.Committed)
                {
                    throw new CommandFailedException($"The store did not confirm the keys from {some[0].Key} on ({result.Outcome}): run the command again.");
                }
            }
        });

    private static async Task UseAsync(string? configurationPath, Func<RaftStoreClient, Task> use)
    {
        var raft = Raft(configurationPath);
        await using var store = Client(raft, [.. Addresses(raft)], ChangeLimit);
        try
        {
            await use(store);
        }
        catch (StoreUnavailableException unavailable)
        {
            throw new CommandFailedException($"The store does not answer: {unavailable.Message}");
        }
        catch (ArgumentException refused)
        {
            throw new CommandFailedException(refused.Message);
        }
    }

    private static async Task<Answer> AskAsync(RaftConfiguration raft, string address, CancellationToken cancellationToken)
    {
        await using var node = Client(raft, [address], StatusLimit);
        try
        {
            return new(address, await node.GetStatusAsync(cancellationToken), null);
        }
        catch (StoreUnavailableException unavailable)
        {
            return new(address, null, unavailable.InnerException?.Message ?? unavailable.Message);
        }
    }

    private static StoreNode NodeOf(Answer answer, RaftStatus? newest) => new(
        answer.Address,
        answer.Status?.Role switch
        {
            RaftNodeRole.Leader => "leader",
            RaftNodeRole.Candidate => "candidate",
            RaftNodeRole.Follower => "follower",
            _ => null,
        },
        newest is null ? null : newest.Voters.Contains(answer.Address) ? "voter" : newest.Learners.Contains(answer.Address) ? "learner" : null,
        answer.Status?.Term,
        answer.Status?.CommitIndex,
        answer.Status?.AppliedIndex,
        answer.Trouble);

    private static RaftStoreClient Client(RaftConfiguration raft, ImmutableArray<string> addresses, TimeSpan limit) => new(
        new RaftClientOptions { Addresses = addresses, Password = raft.Password, Tls = StoreOptions.Tls(raft), RequestTimeout = limit },
        HostClock.Time);

    private static IEnumerable<string> Addresses(RaftConfiguration raft) =>
        raft.ClientAddresses.Select(address => address.ToString());

    private static RaftConfiguration Raft(string? configurationPath) =>
        ClusterAccess.Load(configurationPath).Raft
        ?? throw new CommandFailedException("The configuration names no embedded store (section raft). An external store has tools of its own.");

    private sealed record Answer(string Address, RaftStatus? Status, string? Trouble);
}
