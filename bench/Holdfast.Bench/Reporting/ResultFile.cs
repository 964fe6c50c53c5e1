using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Bench.Reporting;

/// <summary>Writes figures as a Markdown table and as a line of JSON.</summary>
internal static class ResultFile
{
    /// <param name="title">Of the page.</param>
    /// <param name="facts">What must be known to read the figures.</param>
    /// <param name="figures">A row each.</param>
    /// <param name="bounds">What these figures are to be at most, where it differs from what the project asks of them elsewhere.</param>
    public static string Markdown(
        string title, IReadOnlyList<string> facts, IReadOnlyList<Figure> figures, IReadOnlyDictionary<string, double>? bounds = null)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"# {title}\n\n");
        foreach (var fact in facts)
        {
            text.Append(CultureInfo.InvariantCulture, $"- {fact}\n");
        }

        text.Append("\n| figure | unit | median | min–max | samples | target | met |\n| --- | --- | --: | --: | --: | --: | --- |\n");
        foreach (var figure in figures)
        {
            var target = Targets.Of(figure, bounds);
            var met = target is null ? "" : target.Value.IsMet ? "yes" : "no";
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {figure.Name} | {figure.Unit} | {Number(figure.Median)} | {Number(figure.Min)}–{Number(figure.Max)} | {figure.Samples.Count} | {target?.Bound} | {met} |\n");
        }

        return text.ToString();
    }

    public static string Json(string name, IReadOnlyList<Figure> figures) => JsonSerializer.Serialize(
        new ResultBody(name, [.. figures.Select(figure => new ResultRow(
            figure.Name, Round(figure.Median), figure.Unit, Round(figure.Min), Round(figure.Max), figure.Samples.Count))]),
        ResultJson.Default.ResultBody);

    private static double Round(double value) => Math.Round(value, 3);

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}

internal sealed record ResultBody(string Name, IReadOnlyList<ResultRow> Rows);

internal sealed record ResultRow(string Figure, double Value, string Unit, double Min, double Max, int Rounds);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ResultBody))]
internal sealed partial class ResultJson : JsonSerializerContext;
