namespace Holdfast.Cli.Tests;

/// <summary>Lets a test write a table without counting the dashes behind its title.</summary>
internal static class Tables
{
    public static string WithRule(string table)
    {
        var lines = table.Split('\n');
        var title = lines[0].TrimEnd() + " ";
        lines[0] = title + lines[2][title.Length..];
        return string.Join('\n', lines);
    }
}
