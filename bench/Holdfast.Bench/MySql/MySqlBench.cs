using System.Globalization;
using Holdfast.Bench.Reporting;
using Holdfast.Demo;
using Holdfast.Demo.Databases;

namespace Holdfast.Bench.MySql;

/// <summary>Runs the rounds and writes the table.</summary>
internal sealed class MySqlBench(MySqlRequest request, TimeProvider time)
{
    private static readonly Dictionary<string, double> Bounds = new()
    {
        ["kill_gap_s"] = 6.5,
        ["freeze_gap_s"] = 6.5,
        ["switchover_gap_s"] = 0.5,
        ["rejoin_s"] = 30,
        ["outage_s"] = 60,
        ["startup_s"] = 60,
    };

    private readonly Figures figures = new();

    public async Task<int> RunAsync(CancellationToken stopping)
    {
        for (var round = 1; round <= request.Rounds; round++)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"round {round} of {request.Rounds}"));
            try
            {
                await new MySqlRound(figures, Say, time).RunAsync(request.Program, stopping);
                figures.Add("failed", "rounds", 0);
            }
            catch (DemoException exception)
            {
                // A round that failed is a figure too, and no reason to forget the others.
                Say($"  FAILED: {exception.Message}");
                figures.Add("failed", "rounds", 1);
            }
        }

        await WriteAsync(stopping);
        return figures.All.Any(figure => figure.Name is "rows_lost" or "second_writes" or "failed" && figure.Max > 0) ? 1 : 0;
    }

    private async Task WriteAsync(CancellationToken stopping)
    {
        var server = Path.Combine(Database.MySql.FindPrograms(), "mysqld");
        string[] facts =
        [
            $"command: `{request.CommandLine}`",
            string.Create(CultureInfo.InvariantCulture, $"date: {time.GetUtcNow():yyyy-MM-dd}"),
            $"machine: {await Machine.DescribeAsync(stopping)}, MySQL {Version(await Machine.FirstLineAsync(server, stopping))}",
            "cluster: a single-primary group of 3 members on 127.0.0.1, the embedded store, defaults, 4 writers that know all members; every round a fresh cluster",
            "a gap is the longest time between two acknowledged writes as the clients saw it",
            "`kill`: SIGKILL of the primary's server, ten seconds after the group became whole, as all faults but `kill_after_join`, which comes at once; `rejoin`: until three are ONLINE again, unaided; `freeze`: SIGSTOP of the primary's server; `hostloss`: its agent and its vote in the store with it",
            "`majority`: two of three servers killed at once, the primary among them; `outage`: all three; both until a write succeeds, unaided",
        ];
        var text = ResultFile.Markdown("MySQL Group Replication", facts, figures.All, Bounds);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(request.Output))!);
        await File.WriteAllTextAsync(request.Output, text, stopping);
        Say($"The table is in {request.Output}.");
        Console.WriteLine(request.IsJson ? ResultFile.Json("mysql", figures.All) : text);
    }

    /// <summary>From "/path/mysqld  Ver 9.7.0 for Linux on x86_64".</summary>
    private static string Version(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(word => word != "Ver").Skip(1).FirstOrDefault() ?? line;

    private static void Say(string sentence) => Console.Error.WriteLine(sentence);
}
