using System.Text.RegularExpressions;
using Holdfast.Decisions;
using Xunit;

namespace Holdfast.Architecture.Tests;

/// <summary>What the style asks for and a machine can check.</summary>
public sealed partial class StyleTests
{
    [Fact]
    public void Every_rule_has_a_page_that_says_what_to_do_next()
    {
        Assert.All(Enum.GetNames<Rule>(), rule =>
        {
            var page = Path.Combine(Repository.Root, "docs", "rules", rule + ".md");
            Assert.True(File.Exists(page), $"docs/rules/{rule}.md is missing");
            Assert.Contains("## What to do", File.ReadAllText(page), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Every_page_of_a_rule_belongs_to_a_rule() =>
        Assert.Empty(Repository.Files("docs/rules", "*.md")
            .Select(Path.GetFileNameWithoutExtension)
            .Except([.. Enum.GetNames<Rule>(), "README"]));

    [Fact]
    public void Every_rule_is_named_in_a_test_of_the_decisions()
    {
        var tests = string.Join('\n', Repository.Files("test/Holdfast.Decisions.Tests", "*.cs").Select(File.ReadAllText));
        Assert.DoesNotContain(Enum.GetNames<Rule>(), rule => !tests.Contains("Rule." + rule, StringComparison.Ordinal));
    }

    [Fact]
    public void Names_say_something() =>
        Assert.Empty(
            from path in Repository.Files("src", "*.cs")
            let name = Path.GetFileNameWithoutExtension(path)
            where EmptyWord().IsMatch(name)
            select Repository.Name(path));

    [Fact]
    public void Files_stay_small() =>
        Assert.Empty(
            from path in Repository.Files("src", "*.cs")
            let lines = File.ReadLines(path).Count()
            where lines > 450
            select $"{Repository.Name(path)} has {lines} lines");

    [Fact]
    public void Event_ids_are_unique()
    {
        var ids =
            from path in Repository.Files("src", "*.cs")
            from Match match in EventId().Matches(File.ReadAllText(path))
            group Repository.Name(path) by match.Groups[1].Value into uses
            where uses.Count() > 1
            select $"{uses.Key}: {string.Join(", ", uses)}";

        Assert.Empty(ids);
    }

    [Fact]
    public void Nothing_is_left_to_do_in_a_comment() =>
        Assert.Empty(
            from path in Repository.Files("src", "*.cs").Concat(Repository.Files("test", "*.cs"))
            where !path.EndsWith(nameof(StyleTests) + ".cs", StringComparison.Ordinal) && Leftover().IsMatch(File.ReadAllText(path))
            select Repository.Name(path));

    [GeneratedRegex("(Util|Utils|Helper|Helpers|Common|Misc|Manager|Impl)$")]
    private static partial Regex EmptyWord();

    [GeneratedRegex(@"\[LoggerMessage\((\d+),")]
    private static partial Regex EventId();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Leftover();
}
