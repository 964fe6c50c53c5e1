using System.CommandLine;
using Holdfast.Demo;

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

    /// <summary>Carries a measurement out; answers the exit status.</summary>
    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> measure, CancellationToken stopping)
    {
        try
        {
            return await measure(stopping);
        }
        catch (DemoException exception)
        {
            await Console.Error.WriteLineAsync($"Error: {exception.Message}");
            return 1;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Interrupted; nothing is left behind.");
            return 130;
        }
    }

    private static bool IsGiven(string word) => word is "--holdfast" or "--consul";
}
