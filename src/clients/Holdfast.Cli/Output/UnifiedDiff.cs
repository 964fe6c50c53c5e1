using System.Globalization;
using System.Text;

namespace Holdfast.Cli.Output;

/// <summary>Shows what changes between two texts, three lines of surroundings about each change.</summary>
internal static class UnifiedDiff
{
    private const int Surroundings = 3;

    private readonly record struct Edit(char Kind, string Line);

    /// <summary>Empty when the texts are the same.</summary>
    public static string Between(string before, string after)
    {
        var edits = Edits(Lines(before), Lines(after));
        var text = new StringBuilder();
        for (var start = 0; (start = edits.FindIndex(start, edit => edit.Kind != ' ')) >= 0;)
        {
            var end = EndOfHunk(edits, start);
            if (text.Length == 0)
            {
                text.Append("--- \n+++ \n");
            }

            AppendHunk(text, edits, Math.Max(0, start - Surroundings), Math.Min(edits.Count, end + Surroundings));
            start = end;
        }

        return text.ToString();
    }

    // Changes with at most twice the surroundings between them share a hunk.
    private static int EndOfHunk(List<Edit> edits, int start)
    {
        var end = start + 1;
        for (var index = end; index < edits.Count && index - end <= 2 * Surroundings; index++)
        {
            if (edits[index].Kind != ' ')
            {
                end = index + 1;
            }
        }

        return end;
    }

    private static void AppendHunk(StringBuilder text, List<Edit> edits, int from, int to)
    {
        var hunk = edits[from..to];
        var before = edits[..from];
        text.Append(CultureInfo.InvariantCulture, $"@@ -{Range(before, hunk, '+')} +{Range(before, hunk, '-')} @@\n");
        foreach (var edit in hunk)
        {
            text.Append(edit.Kind).Append(edit.Line).Append('\n');
        }
    }

    private static string Range(List<Edit> before, List<Edit> hunk, char absent)
    {
        var start = before.Count(edit => edit.Kind != absent);
        var length = hunk.Count(edit => edit.Kind != absent);
        return length switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"{start},0"),
            1 => (start + 1).ToString(CultureInfo.InvariantCulture),
            _ => string.Create(CultureInfo.InvariantCulture, $"{start + 1},{length}"),
        };
    }

    private static List<Edit> Edits(string[] before, string[] after)
    {
        var common = CommonLengths(before, after);
        var edits = new List<Edit>();
        var (left, right) = (0, 0);
        while (left < before.Length || right < after.Length)
        {
            if (left < before.Length && right < after.Length && before[left] == after[right])
            {
                edits.Add(new(' ', before[left]));
                (left, right) = (left + 1, right + 1);
            }
            else if (left < before.Length && (right == after.Length || common[left + 1, right] >= common[left, right + 1]))
            {
                edits.Add(new('-', before[left++]));
            }
            else
            {
                edits.Add(new('+', after[right++]));
            }
        }

        return edits;
    }

#pragma warning disable CA1814 // The table is a full rectangle.
    private static int[,] CommonLengths(string[] before, string[] after)
    {
        var common = new int[before.Length + 1, after.Length + 1];
        for (var left = before.Length - 1; left >= 0; left--)
        {
            for (var right = after.Length - 1; right >= 0; right--)
            {
                common[left, right] = before[left] == after[right]
                    ? common[left + 1, right + 1] + 1
                    : Math.Max(common[left + 1, right], common[left, right + 1]);
            }
        }

        return common;
    }
#pragma warning restore CA1814

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');
}
