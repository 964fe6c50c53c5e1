using Holdfast.Demo;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;

namespace Holdfast.Chaos;

/// <summary>A real cluster under writing clients that is attacked, round after round, and must come back whole each time.</summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    private const int Members = 3;
    private const int Writers = 4;
    private const int WritesBefore = 100;
    private const int CheckAttempts = 20;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ServiceManagerDelay = TimeSpan.FromSeconds(1);
    private readonly LoopbackCluster cluster;
    private readonly CanaryClient canary;
    private readonly Attacker attacker;
    private readonly TimeProvider time;

    private ChaosRun(LoopbackCluster cluster, CanaryClient canary, TimeProvider time)
    {
        this.cluster = cluster;
        this.canary = canary;
        this.time = time;
        attacker = new(cluster, time);
    }

    public string Directory => cluster.Plan.Directory;

    /// <summary>Starts the cluster, waits until it is whole, and lets the clients write.</summary>
    public static async Task<ChaosRun> StartAsync(IReadOnlyList<string> program, TimeProvider time, CancellationToken cancellationToken)
    {
        var cluster = LoopbackCluster.Create("chaos", null, Members, new HoldfastSoftware(program, null), time);
        try
        {
            cluster.Start();
            if (!await cluster.WaitForRedundancyAsync(StartLimit, null, cancellationToken))
            {
                cluster.KeepFiles();
                throw new DemoException($"the cluster was not complete within {StartLimit.TotalMinutes} min; the logs are kept in {cluster.Plan.Directory}");
            }

            var hosts = cluster.Plan.Members.Select(member => CanaryHost.Of(cluster.Plan, member));
            return new(cluster, await CanaryClient.StartAsync([.. hosts], Writers, time, cancellationToken), time);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>One round on a cluster that is whole.</summary>
    public async Task<RoundResult> AttackAsync(int seed, IReadOnlyList<Attack> attacks, CancellationToken cancellationToken)
    {
        if (!await canary.WaitForWritesAsync(WritesBefore, RecoveryLimit, cancellationToken))
        {
            throw new DemoException("the clients cannot write although the cluster looks whole");
        }

        var status = await cluster.StatusAsync(cancellationToken) ?? throw new DemoException("no member tells of the cluster although it looks whole");
        var before = canary.AcknowledgedCount;
        var (from, began) = (canary.Now, time.GetTimestamp());
        await attacker.RunAsync(attacks, status, cancellationToken);
        var (isRedundant, ended) = await RecoverAsync(cancellationToken);
        var redundancy = time.GetElapsedTime(began);
        var isServed = await canary.WaitForWritesAsync(WritesBefore, isRedundant ? RecoveryLimit : ServiceManagerDelay, cancellationToken);
        (int Lost, long Duplicates)? rows = isServed ? await CountAsync(cancellationToken) : null;
        return new()
        {
            Seed = seed,
            Attacks = attacks,
            Gap = isServed ? CanaryFigures.LongestGap(canary.Acknowledgements(), from, canary.Now) : null,
            Acknowledged = canary.AcknowledgedCount - before,
            Lost = rows?.Lost,
            Duplicates = rows?.Duplicates,
            SecondWriter = CanaryFigures.SecondWriterCount(canary.Acknowledgements()),
            Redundancy = isRedundant ? redundancy : null,
            Ended = ended,
            Words = (await cluster.RedundancyAsync(cancellationToken)).Words,
        };
    }

    /// <summary>The logs are to be read after the end.</summary>
    public void KeepFiles() => cluster.KeepFiles();

    public async ValueTask DisposeAsync()
    {
        await canary.DisposeAsync();
        await cluster.DisposeAsync();
    }

    /// <summary>Waits until the cluster is whole, and starts agents that end, as a service manager does.</summary>
    private async Task<(bool IsRedundant, int Ended)> RecoverAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        for (var ended = 0; ;)
        {
            if (await cluster.WaitForRedundancyAsync(ServiceManagerDelay, null, cancellationToken))
            {
                return (true, ended);
            }

            ended += attacker.Revive();
            if (time.GetElapsedTime(began) > RecoveryLimit)
            {
                return (false, ended);
            }
        }
    }

    private async Task<(int Lost, long Duplicates)> CountAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var lost = await canary.FindLostAsync(cancellationToken);
                var primary = await cluster.LeaderAsync(cancellationToken);
                return (lost.Count, await RowCheck.DuplicatesAsync(cluster.Plan, primary.Plan, cancellationToken));
            }
            catch (Exception exception) when (attempt < CheckAttempts && (exception is DemoException || Connections.IsLoss(exception, cancellationToken)))
            {
                await Task.Delay(ServiceManagerDelay, time, cancellationToken);
            }
        }
    }
}
