using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace Holdfast.Configuration.Tests;

/// <summary>What the pages show as a whole file of a member is one.</summary>
public sealed partial class DocumentationTests
{
    public static TheoryData<string> Pages => ["configuration.md", "mysql.md"];

    [Theory]
    [MemberData(nameof(Pages))]
    public void The_whole_file_of_a_page_is_taken_without_a_complaint(string page)
    {
        var whole = YamlBlock().Matches(File.ReadAllText(Path.Combine(Docs(), page))).Select(match => match.Groups[1].Value).First(text => text.StartsWith("scope:", StringComparison.Ordinal));

        var result = ConfigurationLoader.Parse(whole, page, new Dictionary<string, string>(), ConfigurationPurpose.Agent);

        Assert.Equal([], result.Problems.Select(problem => problem.ToString()));
        Assert.NotNull(result.Configuration);
    }

    private static string Docs([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "docs"));

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex YamlBlock();
}
