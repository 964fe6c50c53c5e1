namespace Holdfast.Bench.Reporting;

/// <summary>The bounds that the project sets itself; a figure without one is only watched.</summary>
internal static class Targets
{
    private static readonly Dictionary<string, double> AtMost = new()
    {
        ["failed"] = 0,
        ["rows_lost"] = 0,
        ["second_writes"] = 0,
        ["stale_s"] = 0.1,
    };

    public static double? Of(string figure) => AtMost.TryGetValue(figure, out var most) ? most : null;
}
