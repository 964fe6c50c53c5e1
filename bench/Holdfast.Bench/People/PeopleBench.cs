using System.Globalization;
using Holdfast.Bench.Alerts;
using Holdfast.Bench.Reporting;
using Holdfast.Browsing;
using Holdfast.Demo;

namespace Holdfast.Bench.People;

/// <summary>Runs the rounds and writes the table.</summary>
internal sealed class PeopleBench(PeopleRequest request, TimeProvider time)
{
    private static readonly Dictionary<string, double> Bounds = new()
    {
        ["alert_raised_s"] = 2,
        ["approval_promoted_s"] = 1,
        ["first_paint_s"] = 1,
        ["fleet_first_paint_s"] = 1,
        ["alert_evaluation_quiet_ms"] = 50,
        ["alert_evaluation_firing_ms"] = 50,
        ["scrape_primary_ms"] = 20,
        ["scrape_standby_ms"] = 20,
    };

    private readonly Figures figures = new();

    public async Task<int> RunAsync(CancellationToken stopping)
    {
        if (Browser.Missing is { } missing)
        {
            Say(missing);
            return 1;
        }

        for (var round = 1; round <= request.Rounds; round++)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"round {round} of {request.Rounds}"));
            var costs = AlertMeasurement.Run();
            figures.Add("alert_evaluation_quiet_ms", "ms of CPU", costs.QuietMilliseconds);
            figures.Add("alert_evaluation_firing_ms", "ms of CPU", costs.TroubledMilliseconds);
            try
            {
                await new PeopleRound(figures, Say, time).RunAsync(request.Program, stopping);
                figures.Add("failed", "rounds", 0);
            }
            catch (Exception exception) when (exception is DemoException or TimeoutException)
            {
                // A round that failed is a figure too, and no reason to forget the others.
                Say($"  FAILED: {exception.Message}");
                figures.Add("failed", "rounds", 1);
            }
        }

        await WriteAsync(stopping);
        return figures.All.Any(figure => figure.Name is "failed" && figure.Max > 0) ? 1 : 0;
    }

    private async Task WriteAsync(CancellationToken stopping)
    {
        string[] facts =
        [
            $"command: `{request.CommandLine}`",
            string.Create(CultureInfo.InvariantCulture, $"date: {time.GetUtcNow():yyyy-MM-dd}"),
            $"machine: {await Machine.DescribeAsync(stopping)}, headless Chromium on it",
            string.Create(CultureInfo.InvariantCulture, $"cluster: 3 members on 127.0.0.1 in one etcd, beside the documents of {PeopleRound.OtherClusters} more clusters; every round a fresh one"),
            "`first_paint_s`: from the beginning of the navigation to the first words of a cluster's page, in a browser that has never seen it; `fleet_first_paint_s`: of the page of all clusters",
            "`scrape_..._ms`: `GET /metrics`, 50 times a round on a connection that is kept, by the caller's clock",
            "`alert_raised_s`: from SIGKILL of a standby's server and agent to the arrival of StandbyNotConnected at a webhook, less the rule's `for` of 10 s",
            "`approval_asked_s`: from SIGKILL of the primary's server and agent until the page asks; `approval_promoted_s`: from the click on Approve until the candidate answers 200 on /primary; `approval_said_s`: until the page says who leads",
            "`alert_evaluation_..._ms`: 1,000 clusters of three members with 20 rules each looked at once on one thread, the best of 20: nothing to tell, and two alerts firing in each",
        ];
        var text = ResultFile.Markdown("What people wait for", facts, figures.All, Bounds);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(request.Output))!);
        await File.WriteAllTextAsync(request.Output, text, stopping);
        Say($"The table is in {request.Output}.");
        Console.WriteLine(request.IsJson ? ResultFile.Json("people", figures.All) : text);
    }

    private static void Say(string sentence) => Console.Error.WriteLine(sentence);
}
