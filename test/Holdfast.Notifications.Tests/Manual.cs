using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Holdfast.Notifications.Tests;

/// <summary>What the users' pages show.</summary>
internal static class Manual
{
    /// <summary>The first block of a language that has these words.</summary>
    public static string Block(string page, string language, string words) =>
        Regex.Matches(File.ReadAllText(Path.Combine(Docs(), page)), $"```{language}\n(.*?)```", RegexOptions.Singleline)
            .Select(match => match.Groups[1].Value)
            .First(block => block.Contains(words, StringComparison.Ordinal));

    private static string Docs([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "docs"));
}
