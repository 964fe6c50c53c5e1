using System.Globalization;
using Holdfast.Bench.Failover;
using Holdfast.Bench.Reporting;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Faults;
using Holdfast.StoreServers;

namespace Holdfast.Bench.Stores;

/// <summary>Measures every store in turn and writes the table.</summary>
internal sealed class StoresBench(StoresRequest request, TimeProvider time)
{
    private readonly Figures figures = new();

    public async Task<int> RunAsync(CancellationToken stopping)
    {
        for (var round = 1; round <= request.Rounds; round++)
        {
            if (request.Parts.Contains(StorePart.Raft))
            {
                Say($"embedded store, round {round} of {request.Rounds}");
                await new RaftMeasurement(request.Program, figures, Say, time).RunAsync(stopping);
            }

            if (request.Parts.Contains(StorePart.Etcd))
            {
                await WithEtcdAsync(round, stopping);
            }

            if (request.Parts.Contains(StorePart.Consul))
            {
                await WithConsulAsync(round, stopping);
            }
        }

        if (request.Parts.Contains(StorePart.Outage))
        {
            await WithoutStoreAsync(stopping);
        }

        if (request.Output is { } output)
        {
            await WriteAsync(output, stopping);
        }

        if (request.IsJson)
        {
            await Console.Out.WriteLineAsync(ResultFile.Json("stores", figures.All));
        }

        return figures.All.Any(figure => figure.Name is "rows_lost" or "second_writes" && figure.Max > 0) ? 1 : 0;
    }

    private async Task WithEtcdAsync(int round, CancellationToken stopping)
    {
        Say($"etcd, round {round} of {request.Rounds}");
        await using var etcd = await EtcdCluster.StartAsync(3, time, stopping);
        await CountOwnCostAsync(etcd, stopping);
        PlannedFault[] faults =
        [
            new(Fault.Crash, "crash"),
            new(Fault.HostLoss, "hostloss"),

            // The members are numbered as the servers are: each host has one of both.
            new(Fault.HostLoss, "hostloss_with_its_etcd") { AlsoLose = member => etcd.Kill(member), Mend = etcd.StartAllAsync },
        ];
        await new StoreRound("etcd_", figures, Say, time).RunAsync(Software(etcd.Section), faults, etcd, stopping);
    }

    /// <summary>What the servers compute for themselves, without a cluster on them.</summary>
    private async Task CountOwnCostAsync(EtcdCluster etcd, CancellationToken stopping)
    {
        var before = etcd.ProcessorTime;
        await Task.Delay(StoreRound.Minute, time, stopping);
        figures.Add("etcd_alone_cpu_ms_per_minute", "ms", (etcd.ProcessorTime - before).TotalMilliseconds);
    }

    private async Task WithConsulAsync(int round, CancellationToken stopping)
    {
        if (request.Consul is not null)
        {
            Say($"consul, round {round} of {request.Rounds}");
            await using var consul = await ConsulServer.StartAsync(request.Consul, time, stopping);
            await new StoreRound("consul_", figures, Say, time).RunAsync(Software(consul.Section), [new(Fault.Crash, "crash")], null, stopping);
        }
    }

    private async Task WithoutStoreAsync(CancellationToken stopping)
    {
        Say($"a store away for {request.Outage.TotalSeconds:0} s");
        await using var etcd = await EtcdCluster.StartAsync(3, time, stopping);
        await new OutageMeasurement(figures, Say, time).RunAsync(Software(etcd.Section), etcd, request.Outage, stopping);
    }

    private HoldfastSoftware Software(string section) => new(request.Program, section);

    private async Task WriteAsync(string output, CancellationToken stopping)
    {
        var facts = new List<string>
        {
            $"command: `{request.CommandLine}`",
            string.Create(CultureInfo.InvariantCulture, $"date: {time.GetUtcNow():yyyy-MM-dd}"),
            $"machine: {await Machine.DescribeAsync(stopping)}",
            "clusters: 3 members on 127.0.0.1, synchronous mode on, 4 writers; default settings, so failsafe mode is on with external stores",
            $"etcd: {await Machine.FirstLineAsync(PatroniInstallation.Etcd, stopping)}, 3 servers",
            "embedded store: three `holdfast witness` processes and one client that is not a member; each write is fsynced by a majority before it is confirmed",
            string.Create(CultureInfo.InvariantCulture, $"`outage_gap_s`: all etcd servers killed for {request.Outage.TotalSeconds:0} s and started again"),
            "`idle_writes_per_minute` and `busy_writes_per_minute`: growth of etcd's revision over a minute, without and with writers",
            "`etcd_*_cpu_ms_per_minute`: user and system time of the three servers together, without a cluster (`alone`), with an idle one, and with one that is written to",
        };
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output)) ?? ".");
        await File.WriteAllTextAsync(output, ResultFile.Markdown("Stores", facts, figures.All), stopping);
        Say($"The table is in {output}.");
    }

    private static void Say(string sentence) => Console.Error.WriteLine(sentence);
}
