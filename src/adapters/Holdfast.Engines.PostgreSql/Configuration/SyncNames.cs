using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model;

namespace Holdfast.Engines.PostgreSql.Configuration;

/// <summary>Between what commits wait for and <c>synchronous_standby_names</c>.</summary>
internal static class SyncNames
{
    public static string Render(SyncSetting setting) => setting switch
    {
        { Standbys.IsDefaultOrEmpty: false, Count: <= 1, Standbys: [var only] } => Quote(only.Text),
        { Standbys.IsDefaultOrEmpty: false } =>
            $"{Math.Max(1, setting.Count)} ({string.Join(',', setting.Standbys.Select(name => Quote(name.Text)))})",
        { WaitsForAnybody: true } => "*",
        _ => "",
    };

    /// <summary>Reads the forms that are written here, and <c>FIRST</c>, <c>ANY</c> and bare names of others.</summary>
    public static SyncSetting Parse(string text)
    {
        var names = Names(text);
        if (names is ["*"])
        {
            return new([], 1, true, null);
        }

        if (names.Length == 0)
        {
            return SyncSetting.None;
        }

        var head = new string([.. text.TakeWhile(character => character != '(').Where(char.IsAsciiDigit)]);
        var count = text.Contains('(', StringComparison.Ordinal) && int.TryParse(head, CultureInfo.InvariantCulture, out var number) ? number : 1;
        return new([.. names.Where(name => name != "*").Select(name => new MemberName(name))], count, false, null);
    }

    private static ImmutableArray<string> Names(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var quote = text.IndexOf('"', StringComparison.Ordinal);
        var list = open >= 0 && (quote < 0 || open < quote) ? text[(open + 1)..].TrimEnd().TrimEnd(')') : text;
        return [.. SplitOutsideQuotes(list).Select(Unquote).Where(name => name.Length > 0)];
    }

    private static IEnumerable<string> SplitOutsideQuotes(string list)
    {
        var start = 0;
        var isQuoted = false;
        for (var i = 0; i < list.Length; i++)
        {
            isQuoted ^= list[i] == '"';
            if (list[i] == ',' && !isQuoted)
            {
                yield return list[start..i];
                start = i + 1;
            }
        }

        yield return list[start..];
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Unquote(string name) => name.Trim() is ['"', .. var inner, '"']
        ? inner.Replace("\"\"", "\"", StringComparison.Ordinal)
        : name.Trim();
}
