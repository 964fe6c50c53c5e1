namespace Holdfast.Exports;

/// <summary>What an export is for.</summary>
public sealed record ExportOptions
{
    /// <summary>Where the pages of the alerts are, unless a rule names its own.</summary>
    public const string RunbooksDefault = "docs/runbooks.md";

    /// <summary>The only cluster that is meant; null: every cluster whose members are seen.</summary>
    public string? Scope { get; init; }

    /// <summary>The page of runbooks, which has a heading for each alert.</summary>
    public string Runbooks { get; init; } = RunbooksDefault;

    /// <summary>What every query looks at, in PromQL's braces; nothing for all.</summary>
    internal string Selector(params string[] more)
    {
        var conditions = Scope is { } scope ? more.Prepend($"scope={Quoted.Text(scope)}") : more;
        var all = string.Join(",", conditions);
        return all.Length > 0 ? $"{{{all}}}" : "";
    }
}
