using System.Collections.Immutable;

namespace Holdfast.Exports.Grafana;

/// <summary>One field of a dashboard, before it has its place.</summary>
internal sealed record Panel(string Title, PanelKind Kind, string Unit, int Width, int Height, ImmutableArray<PanelQuery> Queries)
{
    public string Description { get; init; } = "";

    /// <summary>From which value on which colour; the first is below all others.</summary>
    public ImmutableArray<(double? From, string Color)> Thresholds { get; init; } = [(null, "green")];

    /// <summary>What stands for a value.</summary>
    public ImmutableArray<(string Value, string Text, string Color)> Words { get; init; } = [];

    public static Panel Row(string title) => new(title, PanelKind.Row, "none", 24, 1, []);

    public static Panel Graph(string title, string unit, params ImmutableArray<PanelQuery> queries) => new(title, PanelKind.Graph, unit, 8, 7, queries);

    public static Panel Stat(string title, string unit, PanelQuery query) => new(title, PanelKind.Stat, unit, 4, 4, [query]);

    public static Panel Table(string title, int width, params ImmutableArray<PanelQuery> queries) => new(title, PanelKind.Table, "none", width, 7, queries);

    /// <summary>1 is good and 0 is bad.</summary>
    public Panel YesNo(string yes, string no) => this with { Words = [("1", yes, "green"), ("0", no, "red")] };

    public Panel Warn(double from, string color = "orange") => this with { Thresholds = [.. Thresholds, (from, color)] };

    public Panel Below(double from) => this with { Thresholds = [(null, "red"), (from, "green")] };

    public Panel Says(string description) => this with { Description = description };
}

internal enum PanelKind
{
    Row,
    Stat,
    Graph,
    Table,
}

/// <summary>What a panel asks, in PromQL with Grafana's variables, and how a line of the answer is called.</summary>
internal sealed record PanelQuery(string Query, string Legend);
