namespace Holdfast.Cli;

/// <summary>The terminal, or what stands in for one: data goes to <c>Output</c>, talk to <c>Error</c>.</summary>
/// <param name="Output">Data.</param>
/// <param name="Error">Questions, progress and errors.</param>
/// <param name="Input">Answers and documents.</param>
/// <param name="IsInteractive">A person sits there: the screen may be cleared.</param>
/// <param name="Environment">For EDITOR.</param>
public sealed record CliConsole(
    TextWriter Output,
    TextWriter Error,
    TextReader Input,
    bool IsInteractive,
    IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Asks for a yes; anything else, and silence, is a no.</summary>
    internal bool Confirms(string question)
    {
        Error.Write($"{question} [y/N]: ");
        var answer = Input.ReadLine() ?? throw new CommandFailedException("Aborted!");
        return answer.Trim().ToLowerInvariant() is "y" or "yes";
    }

    internal string Ask(string question, string whenEmpty)
    {
        Error.Write(whenEmpty.Length > 0 ? $"{question} [{whenEmpty}]: " : $"{question} []: ");
        var answer = Input.ReadLine() ?? throw new CommandFailedException("Aborted!");
        return answer.Trim() is { Length: > 0 } given ? given : whenEmpty;
    }
}
