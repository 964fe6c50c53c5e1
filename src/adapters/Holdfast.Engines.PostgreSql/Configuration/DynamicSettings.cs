using System.Collections.Immutable;
using System.Text.Json;

namespace Holdfast.Engines.PostgreSql.Configuration;

/// <summary>The part of the cluster's dynamic configuration that concerns the database.</summary>
internal sealed record DynamicSettings
{
    public static readonly DynamicSettings Empty = new();

    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableSortedDictionary<string, string> RecoveryParameters { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableArray<string> PgHba { get; init; } = [];

    public ImmutableArray<string> PgIdent { get; init; } = [];

    public bool UsesSlots { get; init; } = true;

    /// <summary>Slots that the operator wants on every primary.</summary>
    public ImmutableArray<PermanentSlot> PermanentSlots { get; init; } = [];

    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static DynamicSettings Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var database = Member(root, "postgresql");
        return new()
        {
            Parameters = Values(Member(database, "parameters")),
            RecoveryParameters = Values(Member(database, "recovery_conf")),
            PgHba = Lines(Member(database, "pg_hba")),
            PgIdent = Lines(Member(database, "pg_ident")),
            UsesSlots = Member(database, "use_slots") is not { } uses || Text(uses) is not "off",
            PermanentSlots = Slots(Member(root, "slots")),
        };
    }

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } present && present.TryGetProperty(name, out var member) ? member : null;

    private static ImmutableSortedDictionary<string, string> Values(JsonElement? section)
    {
        var values = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (section is { ValueKind: JsonValueKind.Object } present)
        {
            foreach (var property in present.EnumerateObject().Where(property => Text(property.Value) is not null))
            {
                values[property.Name] = Text(property.Value) ?? "";
            }
        }

        return values.ToImmutable();
    }

    private static ImmutableArray<string> Lines(JsonElement? section) => section is { ValueKind: JsonValueKind.Array } present
        ? [.. present.EnumerateArray().Select(line => Text(line)).OfType<string>()]
        : [];

    private static ImmutableArray<PermanentSlot> Slots(JsonElement? section) => section is { ValueKind: JsonValueKind.Object } present
        ? [.. present.EnumerateObject().Select(Slot)]
        : [];

    private static PermanentSlot Slot(JsonProperty slot) => new(
        slot.Name,
        Member(slot.Value, "type") is { } type && Text(type) == "logical",
        Member(slot.Value, "database") is { } database ? Text(database) : null,
        Member(slot.Value, "plugin") is { } plugin ? Text(plugin) : null);

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is "false" or "no" ? "off" : value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "on",
        JsonValueKind.False => "off",
        _ => null,
    };
}

/// <summary>A slot of the operator's, kept on every primary.</summary>
internal sealed record PermanentSlot(string Name, bool IsLogical, string? Database, string? Plugin);
