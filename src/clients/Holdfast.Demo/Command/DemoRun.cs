using System.Globalization;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Faults;
using Spectre.Console;

namespace Holdfast.Demo.Command;

/// <summary>One run of the demonstration: builds the cluster, breaks it, reports, and cleans up whatever happens.</summary>
internal sealed class DemoRun(DemoOptions options, IReadOnlyList<string> program, Story story, TimeProvider time)
{
    private const int Writers = 4;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan ShowEvery = TimeSpan.FromMilliseconds(250);

    public async Task<int> RunAsync(CancellationToken stopping)
    {
        story.Title($"Holdfast demonstration: {options.Members} members of one cluster, each with its own {options.Database.Product}, and a router in front");
        await using var cluster = LoopbackCluster.CreateWithRouter("demo", options.Directory, options.Members, new HoldfastSoftware(program, null), options.Database, time);
        story.Say($"Everything lives in {cluster.Plan.Directory}; logs and configuration files are there to be read.");
        await StartAsync(cluster, stopping);
        var results = await BreakAsync(cluster, stopping);
        Report(results);
        if (results.Any(result => !result.IsGood))
        {
            cluster.KeepFiles();
            TellEnded(cluster);
            story.Say($"The logs are kept in {cluster.Plan.Directory}.");
        }

        if (options.IsKept)
        {
            cluster.Keep();
            await ExplainKeepingAsync(cluster, stopping);
        }
        else
        {
            story.Say("Stopping the cluster.");
            await cluster.StopAsync(stopping);
        }

        // The figures are the last line on standard output, whatever else is said.
        if (options.IsJson)
        {
            await Console.Out.WriteLineAsync(DemoReport.Json(results));
        }

        return results.All(result => result.IsGood) ? ExitCodes.Good : ExitCodes.Failed;
    }

    private async Task StartAsync(LoopbackCluster cluster, CancellationToken stopping)
    {
        story.Say("Starting the members: one makes the database, the others copy it and follow.");
        var began = time.GetTimestamp();
        cluster.Start();
        var isReady = await story.WatchAsync(
            "starting",
            show => cluster.WaitForRedundancyAsync(StartLimit, redundancy => show(redundancy.Words), stopping));
        if (!isReady)
        {
            cluster.KeepFiles();
            TellEnded(cluster);
            throw new DemoException(
                $"the cluster was not complete within {StartLimit.TotalSeconds} s ({(await cluster.RedundancyAsync(stopping)).Words}); the logs are kept in {cluster.Plan.Directory}");
        }

        story.Good($"{(await cluster.RedundancyAsync(stopping)).Words}, {Seconds(time.GetElapsedTime(began))} after the start.");
    }

    private async Task<IReadOnlyList<FaultResult>> BreakAsync(LoopbackCluster cluster, CancellationToken stopping)
    {
        story.Say($"{Writers} clients now write rows through the router without a pause, and note every row that was acknowledged.");
        await using var canary = await CanaryClient.StartAsync(
            CanaryHost.AllOf(cluster.Plan), Writers, time, stopping);
        var drill = new FaultDrill(cluster, canary, new FaultLimits { Freeze = options.Freeze }, story.Say, time);
        var results = new List<FaultResult>();
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var fault in options.Faults)
            {
                story.Title(options.Rounds == 1 ? Heading(fault) : $"{Heading(fault)} (round {round} of {options.Rounds})");
                var result = await WatchAsync(canary, drill.RunAsync(fault, stopping), stopping);
                results.Add(result);
                Tell(result);
                if (!result.IsGood)
                {
                    return results;
                }
            }
        }

        return results;
    }

    /// <summary>Shows what the clients see while the work goes on.</summary>
    private Task<T> WatchAsync<T>(CanaryClient canary, Task<T> work, CancellationToken stopping) => story.WatchAsync("writing", async show =>
    {
        var last = (At: canary.Now, Count: canary.AcknowledgedCount);
        while (!work.IsCompleted)
        {
            var now = (At: canary.Now, Count: canary.AcknowledgedCount);
            if (now.Count > last.Count)
            {
                show($"{now.Count} rows acknowledged");
                last = now;
            }
            else
            {
                show($"{now.Count} rows acknowledged, none for {Seconds(now.At - last.At)}");
            }

            await Task.WhenAny(work, Task.Delay(ShowEvery, time, stopping));
        }

        return await work;
    });

    private void Tell(FaultResult result)
    {
        if (result.Gap is { } gap)
        {
            var leader = result.NewPrimary == result.OldPrimary ? $"{result.NewPrimary} leads again" : $"{result.NewPrimary} leads now";
            story.Good($"{leader}. The clients waited {Seconds(gap)} for a write.");
        }
        else
        {
            story.Bad("No write succeeded any more.");
        }

        Judge(result.Lost == 0, $"{result.Acknowledged} rows acknowledged, {result.Lost?.ToString(CultureInfo.InvariantCulture) ?? "nobody can tell how many"} lost.");
        Judge(result.Redundancy is not null, result.Redundancy is { } whole ? $"Fully redundant again after {Seconds(whole)}." : "The redundancy did not return.");
        if (result.Stale is { } stale)
        {
            story.Say($"The thawed primary still answered for {stale.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms.");
        }

        Judge(result.SecondWriter == 0, result.SecondWriter == 0 ? "Never did two servers acknowledge writes." : $"{result.SecondWriter} writes were acknowledged by a server that had been replaced.");
    }

    private void Judge(bool isGood, string sentence)
    {
        if (isGood)
        {
            story.Good(sentence);
        }
        else
        {
            story.Bad(sentence);
        }
    }

    private void TellEnded(LoopbackCluster cluster)
    {
        foreach (var member in cluster.Members)
        {
            if (member.LastWords is { } words)
            {
                story.Bad($"The agent of {member.Name} has ended by itself; it last complained: {words}");
            }
        }
    }

    private void Report(IReadOnlyList<FaultResult> results)
    {
        var target = options.IsJson ? story : new Story(AnsiConsole.Create(new AnsiConsoleSettings()));
        target.Title("Seconds after the fault");
        target.Console.Write(DemoReport.Table(results));
        Judge(results.All(result => result.IsGood), DemoReport.Verdict(results));
    }

    private async Task ExplainKeepingAsync(LoopbackCluster cluster, CancellationToken stopping)
    {
        var plan = cluster.Plan;
        var leader = (await cluster.LeaderAsync(stopping)).Plan;
        var router = plan.Router!;
        var holdfast = string.Join(' ', program);
        story.Title("The cluster goes on running");
        story.Say($"connect:   {plan.Database.Shell(plan, router.DatabasePort)}");
        story.Say($"its state: {holdfast} -c {leader.ConfigurationFile} list");
        story.Say($"its router: {holdfast} -c {router.ConfigurationFile} router status");
        story.Say($"to stop:   kill $(cat {plan.Directory}/*/agent.pid)");
        story.Say($"to remove: rm -r {plan.Directory}");
    }

    private static string Heading(Fault fault) => fault switch
    {
        Fault.Crash => "The database crashes",
        Fault.HostLoss => "The primary's host is lost",
        Fault.Freeze => "The primary's host freezes",
        Fault.Switchover => "A planned switchover",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
    };

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s");
}
