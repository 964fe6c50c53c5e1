using System.Globalization;
using Holdfast.Bench.Failover;
using Holdfast.Bench.Reporting;
using Holdfast.Bench.Router.Parts;
using Holdfast.Bench.Router.Proxies;
using Holdfast.Bench.Router.Tools;
using Holdfast.Demo;
using Holdfast.StoreServers;

namespace Holdfast.Bench.Router;

/// <summary>Measures the parts in turn, round after round, and writes the table.</summary>
internal sealed class RouterBench(RouterRequest request, TimeProvider time)
{
    private const string FailedParts = "failed";
    private readonly Figures figures = new();

    public async Task<int> RunAsync(CancellationToken stopping)
    {
        var programs = await DescribeProgramsAsync(stopping);
        var bench = new Workbench(request.Program, figures, Say, time);
        Say("Making a PostgreSQL to stand behind the proxies.");
        await using var server = await PlainServer.StartAsync(time, stopping);
        await using var etcd = await EtcdCluster.StartAsync(1, time, stopping);
        var cluster = await StaticCluster.FillAsync(server, etcd, time, stopping);
        for (var round = 1; round <= request.Rounds; round++)
        {
            foreach (var part in request.Parts.Order())
            {
                Say(string.Create(CultureInfo.InvariantCulture, $"{part.ToString().ToLowerInvariant()}, round {round} of {request.Rounds}"));
                await RunAsync(Measurement(part, bench, cluster), stopping);
            }
        }

        if (request.Output is { } output)
        {
            await WriteAsync(output, programs, stopping);
        }

        if (request.IsJson)
        {
            await Console.Out.WriteLineAsync(ResultFile.Json("router", figures.All));
        }

        return figures.All.Any(figure => figure.Name is "rows_lost" or "second_writes" or FailedParts && figure.Max > 0) ? 1 : 0;
    }

    private Func<CancellationToken, Task> Measurement(RouterPart part, Workbench bench, StaticCluster cluster) => part switch
    {
        RouterPart.Throughput => new ThroughputPart(bench, cluster).RunAsync,
        RouterPart.Session => new SessionPart(bench, cluster).RunAsync,
        RouterPart.Connect => new ConnectPart(bench, cluster).RunAsync,
        RouterPart.Copy => new CopyPart(bench, cluster).RunAsync,
        RouterPart.Idle => new IdlePart(bench, cluster).RunAsync,
        RouterPart.Refused => new RefusedPart(bench, cluster).RunAsync,
        RouterPart.Failover => new FailoverPart(bench).RunAsync,
        RouterPart.Switchover => new SwitchoverPart(bench).RunAsync,
        RouterPart.Drivers => new DriversPart(bench, request.Length).RunAsync,
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, null),
    };

    /// <summary>A part that failed is a figure too, and no reason to forget the others.</summary>
    private async Task RunAsync(Func<CancellationToken, Task> part, CancellationToken stopping)
    {
        try
        {
            await part(stopping);
            figures.Add(FailedParts, "parts", 0);
        }
        catch (DemoException exception)
        {
            Say($"  FAILED: {exception.Message}");
            figures.Add(FailedParts, "parts", 1);
        }
    }

    private static async Task<string> DescribeProgramsAsync(CancellationToken stopping) => string.Join(", ", (string[])
    [
        await Machine.FirstLineAsync(ProxyPrograms.HaProxy, "-v", stopping),
        await Machine.FirstLineAsync(ProxyPrograms.PgBouncer, stopping),
        await Machine.FirstLineAsync(PatroniInstallation.Etcd, stopping),
    ]);

    private async Task WriteAsync(string output, string programs, CancellationToken stopping)
    {
        var facts = new List<string>
        {
            $"command: `{request.CommandLine}`",
            string.Create(CultureInfo.InvariantCulture, $"date: {time.GetUtcNow():yyyy-MM-dd}"),
            $"machine: {await Machine.DescribeAsync(stopping)}",
            $"beside: {programs}",
            "`tcp` and `session`: Holdfast's modes with 2 event loops; `haproxy`: 2 threads; `_1t`: one of either; `pgbouncer`: session pooling; "
                + "`session` and `pgbouncer` log users in by SCRAM, the server behind trusts them",
            "`_tps`: `pgbench -S -M simple -c 16 -j 2` for 5 s, twice, after 1 s of the same; the two of a ratio take turns: one, the other twice, the first again",
            "`_cpu_s_per_100k`: user and system time of the proxy per 100,000 transactions; `copy`: a gigabyte in rows of 1 kB to one client",
            string.Create(CultureInfo.InvariantCulture, $"`idle_kb`: growth of proportional memory per connection at 1,000; `idle_{IdlePart.Many}_held`: ")
                + "how many carried a byte there and back after 20 s; the limit on open files may allow no more than that",
            "`refused`: a member's port refuses and the store still names it; the longest of 6 clients; HAProxy without health checks, since those come every 3 s",
            "`failover`: the primary's PostgreSQL killed in a cluster of 3; gaps of clients with all members' addresses (`direct`), behind the router, and behind "
                + "HAProxy with Patroni's sample settings, in the same fault",
            "`switchover`: 3 in a minute under `pgbench -b simple-update -c 16`; the pause is the longest transaction",
        };
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output)) ?? ".");
        await File.WriteAllTextAsync(output, ResultFile.Markdown("Router", facts, figures.All), stopping);
        Say($"The table is in {output}.");
    }

    private static void Say(string sentence) => Console.Error.WriteLine(sentence);
}
