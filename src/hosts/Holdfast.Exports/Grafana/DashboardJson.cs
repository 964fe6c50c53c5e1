using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Exports.Grafana;

/// <summary>A dashboard in the JSON model that Grafana 9 and later import; complete, so that nothing in it depends on a version's defaults.</summary>
internal static class DashboardJson
{
    private const int GridWidth = 24;
    private const int SchemaVersion = 38;
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <param name="uid">Its address in Grafana, 8 to 40 letters.</param>
    /// <param name="title">What people see.</param>
    /// <param name="variables">Beside the data source.</param>
    /// <param name="panels">In reading order.</param>
    /// <param name="link">Another dashboard, by its tag.</param>
    public static string Write(string uid, string title, IEnumerable<JsonObject> variables, ImmutableArray<Panel> panels, string link)
    {
        var dashboard = new JsonObject
        {
            ["uid"] = uid,
            ["title"] = title,
            ["tags"] = Array("holdfast"),
            ["timezone"] = "browser",
            ["editable"] = true,
            ["graphTooltip"] = 1,
            ["refresh"] = "10s",
            ["schemaVersion"] = SchemaVersion,
            ["version"] = 1,
            ["time"] = new JsonObject { ["from"] = "now-1h", ["to"] = "now" },
            ["templating"] = new JsonObject { ["list"] = new JsonArray([DataSourceVariable(), .. variables]) },
            ["annotations"] = new JsonObject { ["list"] = new JsonArray() },
            ["links"] = new JsonArray(new JsonObject
            {
                ["title"] = link,
                ["type"] = "dashboards",
                ["icon"] = "external link",
                ["tooltip"] = "",
                ["url"] = "",
                ["tags"] = Array("holdfast"),
                ["asDropdown"] = false,
                ["targetBlank"] = false,
                ["includeVars"] = true,
                ["keepTime"] = true,
            }),
            ["panels"] = Placed(panels),
        };
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            dashboard.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    /// <summary>One value of what the data source answers; the first one to begin with.</summary>
    public static JsonObject QueryVariable(string name, string query) => new()
    {
        ["name"] = name,
        ["label"] = name,
        ["type"] = "query",
        ["datasource"] = DataSource(),
        ["query"] = new JsonObject { ["query"] = query, ["refId"] = name },
        ["refresh"] = 2,
        ["sort"] = 1,
        ["hide"] = 0,
        ["multi"] = false,
        ["includeAll"] = false,
        ["options"] = new JsonArray(),
    };

    /// <summary>Several of them; all to begin with.</summary>
    public static JsonObject QueryVariableOfMany(string name, string query)
    {
        var variable = QueryVariable(name, query);
        variable["multi"] = true;
        variable["includeAll"] = true;
        variable["current"] = new JsonObject { ["text"] = "All", ["value"] = "$__all" };
        return variable;
    }

    private static JsonObject DataSourceVariable() => new()
    {
        ["name"] = "datasource",
        ["label"] = "Prometheus",
        ["type"] = "datasource",
        ["query"] = "prometheus",
        ["refresh"] = 1,
        ["hide"] = 0,
        ["multi"] = false,
        ["includeAll"] = false,
        ["options"] = new JsonArray(),
    };

    private static JsonObject DataSource() => new() { ["type"] = "prometheus", ["uid"] = "${datasource}" };

    /// <summary>From left to right, in lines that are as high as their highest.</summary>
    private static JsonArray Placed(ImmutableArray<Panel> panels)
    {
        var placed = new JsonArray();
        var (x, y, height) = (0, 0, 0);
        foreach (var panel in panels)
        {
            if (x + panel.Width > GridWidth)
            {
                (x, y, height) = (0, y + height, 0);
            }

            placed.Add((JsonNode)Json(panel, placed.Count + 1, x, y));
            (x, height) = (x + panel.Width, Math.Max(height, panel.Height));
        }

        return placed;
    }

    private static JsonObject Json(Panel panel, int id, int x, int y)
    {
        var json = new JsonObject
        {
            ["id"] = id,
            ["title"] = panel.Title,
            ["type"] = panel.Kind switch { PanelKind.Row => "row", PanelKind.Stat => "stat", PanelKind.Table => "table", _ => "timeseries" },
            ["gridPos"] = new JsonObject { ["h"] = panel.Height, ["w"] = panel.Width, ["x"] = x, ["y"] = y },
        };
        if (panel.Kind == PanelKind.Row)
        {
            json["collapsed"] = false;
            json["panels"] = new JsonArray();
            return json;
        }

        json["description"] = panel.Description;
        json["datasource"] = DataSource();
        json["targets"] = new JsonArray([.. panel.Queries.Select((query, index) => Target(panel, query, index))]);
        json["fieldConfig"] = new JsonObject { ["defaults"] = Defaults(panel), ["overrides"] = new JsonArray() };
        json["options"] = Options(panel.Kind);
        if (panel.Kind == PanelKind.Table)
        {
            json["transformations"] = Transformations(panel);
        }

        return json;
    }

    private static JsonObject Target(Panel panel, PanelQuery query, int index) => new JsonObject
    {
        ["refId"] = ((char)('A' + index)).ToString(),
        ["datasource"] = DataSource(),
        ["expr"] = query.Query,
        ["legendFormat"] = query.Legend,
        ["instant"] = panel.Kind != PanelKind.Graph,
        ["range"] = panel.Kind == PanelKind.Graph,
        ["format"] = panel.Kind == PanelKind.Table ? "table" : "time_series",
    };

    private static JsonObject Defaults(Panel panel) => new()
    {
        ["unit"] = panel.Unit,
        ["color"] = new JsonObject { ["mode"] = panel.Kind == PanelKind.Graph ? "palette-classic" : "thresholds" },
        ["thresholds"] = new JsonObject
        {
            ["mode"] = "absolute",
            ["steps"] = new JsonArray([.. panel.Thresholds.Select(step => (JsonNode)new JsonObject { ["value"] = step.From, ["color"] = step.Color })]),
        },
        ["mappings"] = panel.Words.IsEmpty ? [] : new JsonArray(new JsonObject { ["type"] = "value", ["options"] = Words(panel) }),
    };

    private static JsonObject Words(Panel panel) =>
        new(panel.Words.Select((word, index) => KeyValuePair.Create<string, JsonNode?>(
            word.Value, new JsonObject { ["text"] = word.Text, ["color"] = word.Color, ["index"] = index })));

    private static JsonObject Options(PanelKind kind) => kind switch
    {
        PanelKind.Stat => new()
        {
            ["reduceOptions"] = new JsonObject { ["calcs"] = Array("lastNotNull"), ["fields"] = "", ["values"] = false },
            ["orientation"] = "auto",
            ["colorMode"] = "background",
            ["graphMode"] = "none",
            ["textMode"] = "auto",
            ["justifyMode"] = "auto",
            ["showPercentChange"] = false,
            ["percentChangeColorMode"] = "standard",
            ["wideLayout"] = true,
        },
        PanelKind.Table => new() { ["showHeader"] = true, ["frameIndex"] = 0 },
        _ => new()
        {
            ["legend"] = new JsonObject { ["displayMode"] = "list", ["placement"] = "bottom", ["showLegend"] = true, ["calcs"] = new JsonArray() },
            ["tooltip"] = new JsonObject { ["mode"] = "multi", ["sort"] = "desc" },
        },
    };

    /// <summary>One line for each subject, however many questions; and nothing of what Prometheus adds.</summary>
    private static JsonArray Transformations(Panel panel)
    {
        var hidden = new JsonObject { ["Time"] = true, ["__name__"] = true, ["instance"] = true, ["job"] = true };
        var renamed = new JsonObject();
        for (var index = 0; index < panel.Queries.Length; index++)
        {
            renamed[panel.Queries.Length == 1 ? "Value" : $"Value #{(char)('A' + index)}"] = panel.Queries[index].Legend;
        }

        return new JsonArray(
            new JsonObject { ["id"] = "merge", ["options"] = new JsonObject() },
            new JsonObject { ["id"] = "organize", ["options"] = new JsonObject { ["excludeByName"] = hidden, ["renameByName"] = renamed } });
    }

    private static JsonArray Array(string text) => new(JsonValue.Create(text));
}
