using System.Text;

namespace Holdfast.Cli.Output;

/// <summary>One column: its heading, and on which side its values stand.</summary>
internal sealed record Column(string Heading, bool IsRightAligned);

/// <summary>Draws tables as patronictl does, with the title in the top rule; scripts read them.</summary>
internal static class PrettyTable
{
    public static string Draw(string title, IReadOnlyList<Column> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var lines = rows.Select(row => row.Select(cell => cell.Split('\n')).ToList()).ToList();
        var widths = columns
            .Select((column, index) => Math.Max(column.Heading.Length, lines.Select(row => row[index].Max(line => line.Length)).DefaultIfEmpty(0).Max()))
            .ToList();
        var hasTallRows = lines.Exists(row => row.Exists(cell => cell.Length > 1));
        var rule = Rule(widths);
        var text = new StringBuilder();
        text.Append(TitledRule(rule, title)).Append('\n');
        AppendRow(text, columns, widths, [.. columns.Select(column => new[] { column.Heading })]);
        text.Append(rule).Append('\n');
        foreach (var (row, index) in lines.Select((row, index) => (row, index)))
        {
            AppendRow(text, columns, widths, row);
            if (hasTallRows || index == lines.Count - 1)
            {
                text.Append(rule).Append('\n');
            }
        }

        if (lines.Count == 0)
        {
            text.Append(rule).Append('\n');
        }

        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, IReadOnlyList<Column> columns, List<int> widths, List<string[]> cells)
    {
        for (var line = 0; line < cells.Max(cell => cell.Length); line++)
        {
            text.Append('|');
            for (var index = 0; index < columns.Count; index++)
            {
                var value = line < cells[index].Length ? cells[index][line] : "";
                text.Append(' ').Append(columns[index].IsRightAligned ? value.PadLeft(widths[index]) : value.PadRight(widths[index])).Append(" |");
            }

            text.Append('\n');
        }
    }

    private static string Rule(List<int> widths) =>
        $"+{string.Join('+', widths.Select(width => new string('-', width + 2)))}+";

    private static string TitledRule(string rule, string title)
    {
        if (title.Length == 0)
        {
            return rule;
        }

        var space = rule.Length - 2;
        var shown = title.Length > space ? title[..space] : title;
        return string.Concat("+", shown, rule.AsSpan(1 + shown.Length));
    }
}
