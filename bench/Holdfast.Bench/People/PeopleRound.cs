using System.Text;
using Holdfast.Bench.Reporting;
using Holdfast.Browsing;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;
using Holdfast.StoreServers;

namespace Holdfast.Bench.People;

/// <summary>One fresh cluster among many in one store: what a person looks at, is told, and is asked.</summary>
internal sealed class PeopleRound(Figures figures, Action<string> say, TimeProvider time)
{
    public const int OtherClusters = 500;
    private const int Members = 3;
    private const int Scrapes = 50;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Of the rule StandbyNotConnected.</summary>
    private static readonly TimeSpan HoldsFor = TimeSpan.FromSeconds(10);

    public async Task RunAsync(IReadOnlyList<string> program, CancellationToken stopping)
    {
        await using var etcd = await EtcdCluster.StartAsync(1, time, stopping);
        await ManyClusters.WriteAsync(etcd, OtherClusters, stopping);
        await using var receiver = new Hook(time);
        await using var cluster = LoopbackCluster.Create("people", null, Members, new HoldfastSoftware(program, etcd.Section), time);
        foreach (var member in cluster.Members)
        {
            await File.AppendAllTextAsync(member.Plan.ConfigurationFile, $"\nnotifications:\n  hook:\n    webhook: {{url: '{receiver.Url}'}}\n", stopping);
        }

        try
        {
            await MeasureAsync(cluster, receiver, stopping);
        }
        catch (Exception exception) when (exception is DemoException or TimeoutException)
        {
            cluster.KeepFiles();
            throw new DemoException($"{exception.Message}; the logs are kept in {cluster.Plan.Directory}");
        }

        await cluster.StopAsync(stopping);
    }

    private async Task MeasureAsync(LoopbackCluster cluster, Hook receiver, CancellationToken stopping)
    {
        cluster.Start();
        await WaitAsync(cluster, stopping);
        var leader = await cluster.LeaderAsync(stopping);
        var standby = cluster.Members.First(member => member != leader);
        await PaintAsync(leader, stopping);
        await ScrapeAsync("scrape_primary_ms", leader, stopping);
        await ScrapeAsync("scrape_standby_ms", standby, stopping);

        var lost = time.GetTimestamp();
        standby.KillAll();
        var raised = time.GetElapsedTime(lost, await ArrivalAsync(receiver, "StandbyNotConnected", stopping)) - HoldsFor;
        Add("alert_raised_s", raised);
        standby.Start();
        await WaitAsync(cluster, stopping);

        await AskForApprovalsAsync(leader, stopping);
        var click = await ApprovalClick.MeasureAsync(cluster, time, stopping);
        Add("approval_asked_s", click.Asked);
        Add("approval_promoted_s", click.Promoted);
        Add("approval_said_s", click.Said);
    }

    private async Task<long> ArrivalAsync(Hook receiver, string words, CancellationToken stopping)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < Limit)
        {
            if (receiver.Arrivals.FirstOrDefault(arrival => arrival.Text.Contains(words, StringComparison.Ordinal)) is { } found)
            {
                return found.At;
            }

            await Task.Delay(Look, time, stopping);
        }

        throw new DemoException($"nobody was told of {words}");
    }

    private async Task PaintAsync(LoopbackMember member, CancellationToken stopping)
    {
        Add("first_paint_s", await FirstPaint.MeasureAsync(new(member.Plan.RestUrl + "/dashboard/"), stopping));
        Add("fleet_first_paint_s", await FirstPaint.MeasureAsync(new(member.Plan.RestUrl + "/dashboard/#/clusters"), stopping));
    }

    private async Task ScrapeAsync(string name, LoopbackMember member, CancellationToken stopping)
    {
        using var http = new HttpClient();
        var address = new Uri(member.Plan.RestUrl + "/metrics");
        await http.GetStringAsync(address, stopping);
        for (var scrape = 0; scrape < Scrapes; scrape++)
        {
            var began = time.GetTimestamp();
            await http.GetStringAsync(address, stopping);
            figures.Add(name, "ms", time.GetElapsedTime(began).TotalMilliseconds);
        }
    }

    private static async Task AskForApprovalsAsync(LoopbackMember leader, CancellationToken stopping)
    {
        using var http = new HttpClient();
        using var change = new StringContent("""{"failover":{"strategy":"hybrid"}}""", Encoding.UTF8, "application/json");
        using var answer = await http.PatchAsync(new Uri(leader.Plan.RestUrl + "/config"), change, stopping);
        if (!answer.IsSuccessStatusCode)
        {
            throw new DemoException($"the strategy was not changed: {await answer.Content.ReadAsStringAsync(stopping)}");
        }
    }

    private void Add(string name, TimeSpan took)
    {
        say(FormattableString.Invariant($"  {name} {took.TotalSeconds:0.00}"));
        figures.Add(name, "s", took.TotalSeconds);
    }

    private static async Task WaitAsync(LoopbackCluster cluster, CancellationToken stopping)
    {
        if (!await cluster.WaitForRedundancyAsync(Limit, null, stopping))
        {
            throw new DemoException($"the cluster is not whole: {(await cluster.RedundancyAsync(stopping)).Words}");
        }
    }
}
