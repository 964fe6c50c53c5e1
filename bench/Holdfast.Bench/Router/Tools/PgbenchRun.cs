using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Demo;

namespace Holdfast.Bench.Router.Tools;

/// <summary>What pgbench said at its end.</summary>
/// <param name="PerSecond">Transactions.</param>
/// <param name="Transactions">In all.</param>
/// <param name="Errors">Clients that gave up, and transactions that failed.</param>
/// <param name="Complaint">What it wrote of them.</param>
internal sealed partial record PgbenchRun(double PerSecond, long Transactions, long Errors, string Complaint)
{
    private const int LinesMax = 3;

    public static PgbenchRun Parse(ToolRun run)
    {
        var aborted = Aborted().Matches(run.Error).Select(match => match.Groups[1].Value).Distinct().Count();
        var complaint = string.Join(" / ", run.Error.Split('\n').Where(line => line.Contains("error", StringComparison.Ordinal)).Take(LinesMax));
        if (PerSecondLine().Match(run.Output) is not { Success: true } rate || TransactionsLine().Match(run.Output) is not { Success: true } count)
        {
            throw new DemoException($"pgbench measured nothing: {complaint}");
        }

        var failed = FailedLine().Match(run.Output) is { Success: true } match ? long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
        return new(
            double.Parse(rate.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
            long.Parse(count.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
            aborted + failed,
            complaint);
    }

    /// <summary>A rate with errors in it is none.</summary>
    public PgbenchRun WithoutErrors(string through) => Errors == 0 ? this : throw new DemoException($"pgbench through {through} failed: {Complaint}");

    [GeneratedRegex(@"client (\d+) (?:script \d+ )?aborted")]
    private static partial Regex Aborted();

    [GeneratedRegex(@"tps = ([\d.]+)")]
    private static partial Regex PerSecondLine();

    [GeneratedRegex(@"transactions actually processed: (\d+)")]
    private static partial Regex TransactionsLine();

    [GeneratedRegex(@"failed transactions: (\d+)")]
    private static partial Regex FailedLine();
}
