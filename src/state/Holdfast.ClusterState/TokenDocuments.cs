using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Model.Access;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;

namespace Holdfast.ClusterState;

/// <summary>The bearer tokens, to the store's document and back. What cannot be read is nobody's token.</summary>
public static class TokenDocuments
{
    public static ImmutableArray<AccessToken> Read(StoreEntry? entry)
    {
        var documents = entry is null ? null : Documents.Parse(entry.Value, StoreJson.Default.TokenDocumentArray);
        return [.. (documents ?? []).Select(ToToken).OfType<AccessToken>()];
    }

    public static string ToText(ImmutableArray<AccessToken> tokens) => JsonSerializer.Serialize(
        [
            .. tokens.Select(token => new TokenDocument
            {
                Id = token.Id,
                Name = token.Name,
                Roles = [.. RoleRules.WordsOf(token.Roles)],
                Hash = token.Hash,
                CreatedBy = token.CreatedBy,
                CreatedAt = token.CreatedAt,
                ExpiresAt = token.ExpiresAt,
            }),
        ],
        StoreJson.Default.TokenDocumentArray);

    private static AccessToken? ToToken(TokenDocument document) =>
        document is { Id: { Length: > 0 } id, Name: { } name, Hash: { Length: > 0 } hash }
            ? new(id, name, RoleRules.Parse(document.Roles ?? []) ?? Roles.None, hash, document.CreatedBy ?? "", document.CreatedAt, document.ExpiresAt)
            : null;
}
