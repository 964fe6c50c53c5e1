using System.Collections.Immutable;
using Holdfast.Configuration.Yaml;

namespace Holdfast.Configuration.Reading;

/// <summary>Collects what is wrong, so that one reading reports all of it.</summary>
internal sealed class ProblemList
{
    private readonly List<ConfigurationProblem> problems = [];

    public bool HasErrors => problems.Exists(problem => problem.Severity == ProblemSeverity.Error);

    public void Error(Origin origin, string path, string message) =>
        problems.Add(new(ProblemSeverity.Error, origin.File, origin.Line, origin.Column, path, message));

    public void Warning(Origin origin, string path, string message) =>
        problems.Add(new(ProblemSeverity.Warning, origin.File, origin.Line, origin.Column, path, message));

    public bool HasErrorsIn(string file) =>
        problems.Exists(problem => problem.Severity == ProblemSeverity.Error && problem.File == file);

    /// <summary>In the order of the file, the environment last.</summary>
    public ImmutableArray<ConfigurationProblem> ToImmutable() =>
        [.. problems.OrderBy(problem => problem.Line == 0).ThenBy(problem => problem.File, StringComparer.Ordinal).ThenBy(problem => problem.Line).ThenBy(problem => problem.Column)];
}
