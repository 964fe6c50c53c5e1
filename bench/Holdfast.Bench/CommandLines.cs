using System.CommandLine;

namespace Holdfast.Bench;

/// <summary>A command as somebody types it: <c>./run</c> itself says where the executable is.</summary>
internal static class CommandLines
{
    public static string Of(ParseResult parsed)
    {
        var words = parsed.Tokens.Select(token => token.Value).ToList();
        var own = words.Where((word, index) => !IsGiven(word) && (index == 0 || !IsGiven(words[index - 1])));
        return $"./run bench {string.Join(' ', own)}";
    }

    private static bool IsGiven(string word) => word is "--holdfast" or "--consul";
}
