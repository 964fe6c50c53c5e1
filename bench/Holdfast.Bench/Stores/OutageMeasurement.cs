using System.Globalization;
using Holdfast.Bench.Reporting;
using Holdfast.Demo;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Holdfast.StoreServers;

namespace Holdfast.Bench.Stores;

/// <summary>The whole store goes away under writers, and comes back: nobody should notice.</summary>
internal sealed class OutageMeasurement(Figures figures, Action<string> say, TimeProvider time)
{
    private const int WritesBefore = 200;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Leases that ended while the store was away are taken again in this time.</summary>
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(20);

    public async Task RunAsync(IMemberSoftware software, EtcdCluster etcd, TimeSpan outage, CancellationToken stopping)
    {
        await using var cluster = await StoreRound.StartAsync(software, time, stopping);
        await using var canary = await StoreRound.StartCanaryAsync(cluster, time, stopping);
        if (!await canary.WaitForWritesAsync(WritesBefore, Limit, stopping))
        {
            throw new DemoException("the clients cannot write although the cluster looks healthy");
        }

        var began = canary.Now;
        say("  Killing every etcd server.");
        etcd.KillAll();
        await Task.Delay(outage, time, stopping);
        say("  Starting them again.");
        await etcd.StartAllAsync(stopping);
        await Task.Delay(Afterwards, time, stopping);
        var isWhole = await cluster.WaitForRedundancyAsync(Limit, null, stopping);
        var gap = CanaryFigures.LongestGap(canary.Acknowledgements(), began, canary.Now);
        var lost = (await canary.FindLostAsync(stopping)).Count;
        if (gap is not { } longest || !isWhole)
        {
            cluster.KeepFiles();
            throw new DemoException($"after the outage the {(gap is null ? "writes" : "redundancy")} did not come back; the logs are kept in {cluster.Plan.Directory}");
        }

        figures.Add("outage_gap_s", "s", longest.TotalSeconds);
        figures.Add("rows_lost", "rows", lost);
        figures.Add("second_writes", "rows", CanaryFigures.SecondWriterCount(canary.Acknowledgements()));
        say(string.Create(CultureInfo.InvariantCulture, $"  outage: gap {longest.TotalSeconds:0.00} s, {canary.AcknowledgedCount} acknowledged, {lost} lost"));
        await cluster.StopAsync(stopping);
    }
}
