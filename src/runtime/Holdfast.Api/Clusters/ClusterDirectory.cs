using System.Collections.Immutable;
using Holdfast.Api.Contracts;
using Holdfast.ClusterState;
using Holdfast.Decisions.Configuration;
using Holdfast.Decisions.Health;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;

namespace Holdfast.Api.Clusters;

/// <summary>
/// Reads how the clusters of a namespace are, while somebody asks: the store is read once for all who ask at the same time, and not again for a while.
/// </summary>
internal sealed class ClusterDirectory(SharedNamespace shared, TimeProvider time, CancellationToken stopping)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan NamesFreshFor = TimeSpan.FromSeconds(30);

    // A store that refuses or is away is not pressed.
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(10);
    private readonly Lock gate = new();
    private ImmutableArray<string> names = [];
    private TimeSpan? namesReadAt;
    private Task<Reading>? reading;
    private Reading last = new([], null);
    private TimeSpan nextAt;

    public Task<Reading> ReadAsync()
    {
        lock (gate)
        {
            if (reading is null || (reading.IsCompleted && time.GetElapsedTime(0) >= nextAt))
            {
                reading = ReadNowAsync();
            }

            return reading;
        }
    }

    /// <summary>One at a time, since <see cref="ReadAsync"/> begins none while another is under way.</summary>
    private async Task<Reading> ReadNowAsync()
    {
        using var limit = new CancellationTokenSource(ReadLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        try
        {
            if (namesReadAt is not { } at || time.GetElapsedTime(0) - at >= NamesFreshFor)
            {
                names = await shared.Store.ListAsync(ClusterKeys.NamespacePrefix(shared.Name), either.Token);
                namesReadAt = time.GetElapsedTime(0);
            }

            var entries = await shared.Store.ReadManyAsync([.. names.SelectMany(name => new ClusterKeys(shared.Name, name).Present)], either.Token);
            last = new([.. Summaries(entries)], null);
            nextAt = time.GetElapsedTime(0) + FreshFor;
        }
        catch (Exception exception) when (exception is StoreUnavailableException or OperationCanceledException)
        {
            nextAt = time.GetElapsedTime(0) + PauseAfterFailure;
            last = last with { Trouble = exception is StoreUnavailableException ? exception.Message : "the store has not answered in time" };
        }

        return last;
    }

    private IEnumerable<ClusterSummary> Summaries(ImmutableArray<StoreEntry> entries)
    {
        var prefix = ClusterKeys.NamespacePrefix(shared.Name);
        return entries
            .GroupBy(entry => entry.Key[prefix.Length..].Split('/')[0], StringComparer.Ordinal)
            .OrderBy(cluster => cluster.Key, StringComparer.Ordinal)
            .Select(cluster =>
            {
                var keys = new ClusterKeys(shared.Name, cluster.Key);
                var byKey = cluster.DistinctBy(entry => entry.Key).ToDictionary(entry => entry.Key, StringComparer.Ordinal);
                var policy = DynamicConfiguration.ToPolicy(byKey.GetValueOrDefault(keys.Config)?.Value).Policy;
                return ClusterSummaries.Of(cluster.Key, OutsideView.Of(StoreViews.Of(keys, byKey), policy, time.GetElapsedTime(0), time.GetUtcNow()));
            });
    }
}

/// <summary>What a reading of the store has brought.</summary>
/// <param name="Clusters">By name.</param>
/// <param name="Trouble">Why they are old, or none; null when they are as the store has them.</param>
internal sealed record Reading(ImmutableArray<ClusterSummary> Clusters, string? Trouble);
