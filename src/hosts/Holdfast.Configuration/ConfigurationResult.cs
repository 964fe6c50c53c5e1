using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Configuration;

/// <summary>What became of reading a configuration: the configuration unless there are errors, and everything found wrong at once.</summary>
public sealed record ConfigurationResult(HoldfastConfiguration? Configuration, ImmutableArray<ConfigurationProblem> Problems)
{
    public bool HasErrors => Problems.Any(problem => problem.Severity == ProblemSeverity.Error);
}

/// <summary>One thing wrong in a configuration. The message never holds the value of a secret.</summary>
/// <param name="Severity">Whether Holdfast can start with it.</param>
/// <param name="File">The file, or the environment variable as <c>$NAME</c>.</param>
/// <param name="Line">From 1; 0 when there is no place to point at.</param>
/// <param name="Column">From 1; 0 when there is no place to point at.</param>
/// <param name="Path">The setting, with dots: <c>postgresql.listen</c>.</param>
/// <param name="Message">What it is, and what would be right.</param>
public sealed record ConfigurationProblem(ProblemSeverity Severity, string File, int Line, int Column, string Path, string Message)
{
    public override string ToString()
    {
        var place = Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}") : File;
        var path = Path.Length > 0 ? $"{Path}: " : "";
        return $"{place}: {(Severity == ProblemSeverity.Error ? "error" : "warning")}: {path}{Message}";
    }
}

public enum ProblemSeverity
{
    Warning,
    Error,
}
