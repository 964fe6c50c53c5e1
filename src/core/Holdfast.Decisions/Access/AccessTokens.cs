using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Model.Access;

namespace Holdfast.Decisions.Access;

/// <summary>Makes bearer tokens, <c>hft_ID_SECRET</c>, and recognises them.</summary>
public static class AccessTokens
{
    public const string Prefix = "hft_";
    public const int SecretLength = 32;
    public const int IdLength = 6;

    /// <summary>Stores hold small objects.</summary>
    public const int CountMax = 200;

    /// <summary>What is given out.</summary>
    /// <param name="id"><see cref="IdLength"/> random bytes.</param>
    /// <param name="secret"><see cref="SecretLength"/> random bytes.</param>
    public static string Compose(ReadOnlySpan<byte> id, ReadOnlySpan<byte> secret) =>
        $"{Prefix}{Convert.ToHexStringLower(id)}_{Convert.ToBase64String(secret).TrimEnd('=').Replace('+', '-').Replace('/', '_')}";

    /// <summary>The part by which it is known; null when it is no such token.</summary>
    public static string? IdOf(string token) =>
        token.StartsWith(Prefix, StringComparison.Ordinal) && token.IndexOf('_', Prefix.Length) is var end and > 0 ? token[Prefix.Length..end] : null;

    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Whose token this is; null when it is nobody's, or is no longer good.</summary>
    public static AccessToken? Find(ImmutableArray<AccessToken> known, string presented, DateTimeOffset now)
    {
        var found = IdOf(presented) is { } id ? known.FirstOrDefault(token => token.Id == id) : null;
        var isSame = found is not null
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(HashOf(presented)), Encoding.ASCII.GetBytes(found.Hash));
        return isSame && !found!.IsExpired(now) ? found : null;
    }

    /// <summary>The list with one more; without it, the reason why not. Expired ones make room.</summary>
    public static (ImmutableArray<AccessToken>? Next, string Words) Add(ImmutableArray<AccessToken> known, AccessToken token)
    {
        var living = known.RemoveAll(other => other.IsExpired(token.CreatedAt));
        return living.Length >= CountMax
            ? (null, $"there are {living.Length} tokens; revoke some first")
            : (living.Add(token), $"token {token.Id} of {token.Name}: {RoleRules.Describe(token.Roles)}");
    }

    /// <summary>The list with one less, whether it is named by its id or, where that is the only one, by whose it is.</summary>
    public static (ImmutableArray<AccessToken>? Next, string Words) Remove(ImmutableArray<AccessToken> known, string named)
    {
        var found = known.Where(token => token.Id == named).DefaultIfEmpty().First() is { } byId
            ? [byId]
            : known.Where(token => token.Name == named).ToArray();
        return found switch
        {
            [] => (null, $"there is no token {named}"),
            [var one] => (known.Remove(one), $"token {one.Id} of {one.Name} is revoked"),
            _ => (null, $"{named} has {found.Length} tokens: say which, {string.Join(" or ", found.Select(token => token.Id))}"),
        };
    }
}
