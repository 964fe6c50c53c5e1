using System.Text.Json;
using Holdfast.StoreLayout;

namespace Holdfast.Simulation.Checks;

/// <summary>The store's synchronous set, read apart from the agent's own reading.</summary>
internal sealed record SyncDocumentView(string? Leader, IReadOnlyList<string> Standbys)
{
    public static readonly SyncDocumentView Empty = new(null, []);

    public static SyncDocumentView Parse(string text)
    {
        var document = JsonSerializer.Deserialize(text, StoreJson.Default.SyncDocument);
        return new(document?.Leader, document?.Standbys?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? []);
    }
}
