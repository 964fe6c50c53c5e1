using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Demo.Faults;
using Spectre.Console;

namespace Holdfast.Demo.Command;

/// <summary>The results as a table, as one sentence and as JSON.</summary>
internal static class DemoReport
{
    private const string NotKnown = "–";

    public static Table Table(IReadOnlyList<FaultResult> results)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("fault");
        foreach (var column in (string[])["detect", "decide", "fence", "promote", "lead", "no writes for", "acked", "lost", "stale", "redundant"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var result in results)
        {
            table.AddRow(
                result.Fault.Name(),
                Seconds(result.Phases.Detect),
                Seconds(result.Phases.Decide),
                Seconds(result.Phases.Fence),
                Seconds(result.Phases.Promote),
                Seconds(result.Phases.Lead),
                result.Gap is null ? "never" : Seconds(result.Gap),
                result.Acknowledged.ToString(CultureInfo.InvariantCulture),
                result.Lost?.ToString(CultureInfo.InvariantCulture) ?? NotKnown,
                Seconds(result.Stale),
                result.Redundancy is null ? "never" : Seconds(result.Redundancy));
        }

        return table;
    }

    public static string Verdict(IReadOnlyList<FaultResult> results)
    {
        var acknowledged = results.Sum(result => result.Acknowledged);
        var lost = results.Sum(result => result.Lost ?? 0);
        var second = results.Sum(result => result.SecondWriter);
        return results switch
        {
            _ when lost > 0 => $"NOT GOOD: {lost} of {acknowledged} acknowledged rows were lost.",
            _ when second > 0 => $"NOT GOOD: {second} rows were acknowledged by a server that had been replaced.",
            _ when results.Any(result => result.Gap is null) => "NOT GOOD: the writes did not come back.",
            _ when results.Any(result => result.Redundancy is null) => "NOT GOOD: the redundancy did not come back.",
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"GOOD: {results.Count} faults, none of {acknowledged} acknowledged rows lost, at most {results.Max(result => result.Gap)?.TotalSeconds:0.0} s without writes."),
        };
    }

    public static string Json(IReadOnlyList<FaultResult> results) => JsonSerializer.Serialize(
        new DemoFigures([.. results.Select(Figures)], results.All(result => result.IsGood)),
        DemoJson.Default.DemoFigures);

    private static FaultFigures Figures(FaultResult result) => new(
        result.Fault.Name(),
        Number(result.Gap),
        result.Acknowledged,
        result.Lost,
        Number(result.Redundancy),
        Number(result.Phases.Detect),
        Number(result.Phases.Decide),
        Number(result.Phases.Fence),
        Number(result.Phases.Promote),
        Number(result.Phases.Lead),
        Number(result.Stale),
        result.SecondWriter,
        result.OldPrimary,
        result.NewPrimary);

    private static double? Number(TimeSpan? span) => span is { } known ? Math.Round(known.TotalSeconds, 3) : null;

    private static string Seconds(TimeSpan? span) => span?.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture) ?? NotKnown;
}

/// <summary>The last line of <c>--json</c>; a time that is not known is null.</summary>
internal sealed record DemoFigures(IReadOnlyList<FaultFigures> Faults, bool Ok);

internal sealed record FaultFigures(
    string Fault,
    double? RtoS,
    int Acked,
    int? Lost,
    double? RedundancyS,
    double? DetectS,
    double? DecideS,
    double? FenceS,
    double? PromoteS,
    double? LeadS,
    double? StaleS,
    int SecondWriter,
    string OldPrimary,
    string? NewPrimary);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DemoFigures))]
internal sealed partial class DemoJson : JsonSerializerContext;
