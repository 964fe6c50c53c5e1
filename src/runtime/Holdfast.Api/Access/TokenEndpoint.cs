using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Api.Operations;
using Holdfast.Api.Serving;
using Holdfast.Decisions.Access;
using Holdfast.Decisions.Configuration;
using Holdfast.Model.Access;
using Holdfast.Ports.Control;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Access;

/// <summary>Makes, shows and revokes bearer tokens.</summary>
internal sealed class TokenEndpoint(IMemberControl control, TimeProvider time)
{
    public const string Path = "/holdfast/v1/tokens";

    private const int NameLengthMax = 100;
    private const long LifeMax = 10L * 365 * 24 * 3600;

    public static bool Is(string method, string path) => path.TrimEnd('/') switch
    {
        Path => method == HttpMethods.Post || method == HttpMethods.Get,
        var below => method == HttpMethods.Delete && below.StartsWith(Path + "/", StringComparison.Ordinal),
    };

    public Reply Get() => Reply.Json(
        StatusCodes.Status200OK,
        new TokenList
        {
            Tokens =
            [
                .. control.Tokens.OrderBy(token => token.Name, StringComparer.Ordinal).Select(token => new TokenStatus
                {
                    Id = token.Id,
                    Name = token.Name,
                    Roles = [.. RoleRules.WordsOf(token.Roles)],
                    CreatedBy = token.CreatedBy,
                    CreatedAt = token.CreatedAt,
                    ExpiresAt = token.ExpiresAt,
                    IsExpired = token.IsExpired(time.GetUtcNow()),
                }),
            ],
        },
        ApiJson.Wire.TokenList);

    public async Task<Reply> PostAsync(RequestBody body, Caller caller, CancellationToken cancellationToken)
    {
        var asked = Read(body);
        var name = asked?.Name?.Trim() ?? "";
        if (name.Length is 0 or > NameLengthMax || name.Any(char.IsControl))
        {
            return Bad($"name must say whose the token is, in at most {NameLengthMax} letters");
        }

        if (RoleRules.Parse(asked!.Roles ?? []) is not { } roles || roles == Roles.None)
        {
            return Bad($"roles must be some of {string.Join(", ", RoleRules.AllWords)}");
        }

        var now = time.GetUtcNow();
        DateTimeOffset? expiry = null;
        if (asked.ExpiresIn is { } life)
        {
            if (!Quantities.TryParse(life, Quantities.Seconds, out var seconds) || seconds is < 1 or > LifeMax)
            {
                return Bad("expires_in must be a length of time from 1s to ten years, such as 30d");
            }

            expiry = now.AddSeconds(seconds);
        }

        var id = RandomNumberGenerator.GetBytes(AccessTokens.IdLength);
        var text = AccessTokens.Compose(id, RandomNumberGenerator.GetBytes(AccessTokens.SecretLength));
        var token = new AccessToken(AccessTokens.IdOf(text)!, name, roles, AccessTokens.HashOf(text), caller.Name, now, expiry);
        var answer = await control.ChangeTokensAsync(known => AccessTokens.Add(known, token), cancellationToken);
        return answer.Outcome == ControlOutcome.Done
            ? Reply.Json(
                StatusCodes.Status201Created,
                new TokenCreated { Id = token.Id, Name = name, Roles = [.. RoleRules.WordsOf(roles)], ExpiresAt = expiry, Token = text },
                ApiJson.Wire.TokenCreated)
            : Reply.Words(StatusOf(answer), answer.Words);
    }

    public async Task<Reply> DeleteAsync(string path, CancellationToken cancellationToken)
    {
        var named = Uri.UnescapeDataString(path.TrimEnd('/')[(Path.Length + 1)..]);
        var answer = await control.ChangeTokensAsync(known => AccessTokens.Remove(known, named), cancellationToken);
        return Reply.Words(StatusOf(answer), answer.Words);
    }

    private static int StatusOf(ControlAnswer answer) => answer.Outcome switch
    {
        ControlOutcome.Done => StatusCodes.Status200OK,
        ControlOutcome.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status409Conflict,
    };

    private static TokenBody? Read(RequestBody body)
    {
        try
        {
            return body.Object.Deserialize(ApiJson.Wire.TokenBody);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Reply Bad(string words) => Reply.Words(StatusCodes.Status400BadRequest, words);
}
