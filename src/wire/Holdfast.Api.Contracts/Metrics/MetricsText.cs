using System.Globalization;
using System.Text;

namespace Holdfast.Api.Contracts.Metrics;

/// <summary>Writes metrics in Prometheus' text format.</summary>
public static class MetricsText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const int LengthUsual = 16 * 1024;

    /// <param name="metrics">In the order that they are written in.</param>
    /// <param name="labels">Names and values that every sample has.</param>
    public static string Write(MetricList metrics, params IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        var text = new StringBuilder(LengthUsual);
        foreach (var family in metrics.Families)
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(family.Help).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(family.Kind switch
            {
                MetricKind.Counter => " counter\n",
                MetricKind.Histogram => " histogram\n",
                _ => " gauge\n",
            });
            foreach (var sample in family.Samples)
            {
                Write(text, family.Name, sample, labels);
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, MetricSample sample, IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        text.Append(name).Append(sample.Suffix).Append('{');
        var first = text.Length;
        WriteLabels(text, labels, first);
        WriteLabels(text, sample.Labels, first);
        text.Append("} ");
        if (sample.Text is { } written)
        {
            text.Append(written);
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $"{sample.Value:0.######}");
        }

        text.Append('\n');
    }

    private static void WriteLabels(StringBuilder text, IReadOnlyList<KeyValuePair<string, string>> labels, int first)
    {
        foreach (var (name, value) in labels)
        {
            if (text.Length > first)
            {
                text.Append(',');
            }

            text.Append(name).Append("=\"");
            WriteEscaped(text, value);
            text.Append('"');
        }
    }

    private static void WriteEscaped(StringBuilder text, string value)
    {
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '\\' => text.Append(@"\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append("\\n"),
                _ => text.Append(letter),
            };
        }
    }
}
