using System.CommandLine;
using Holdfast.Configuration;

namespace Holdfast.Host.Commands;

/// <summary><c>holdfast validate CONFIG.yml</c>: everything that is wrong with a configuration, with its place.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("CONFIG") { Description = "YAML file, or a directory of them." };
        var command = new Command("validate", "Check a configuration: every problem with file, line, key, and what would be right.") { file };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(file)));
        return command;
    }

    private static int Run(string path)
    {
        var result = LocalConfiguration.LoadForItsOwnPurpose(path);
        foreach (var problem in result.Problems)
        {
            Console.Out.WriteLine(problem);
        }

        var errors = result.Problems.Count(problem => problem.Severity == ProblemSeverity.Error);
        var warnings = result.Problems.Length - errors;
        Console.Error.WriteLine(errors == 0 ? $"{path} is good ({warnings} warnings)." : $"{path}: {errors} errors, {warnings} warnings.");
        return errors == 0 ? 0 : Failure.Usage;
    }
}
