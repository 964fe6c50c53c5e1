using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Api.Contracts.Audit;
using Holdfast.Api.Serving;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Audit;

/// <summary>Shows what was done to the cluster, and whether the trail is as it was written.</summary>
internal static class AuditEndpoint
{
    public const string Path = "/holdfast/v1/audit";

    /// <param name="entries">JSON objects as the store holds them, oldest first: as they are, since a seal covers what was written.</param>
    /// <param name="attempts">Logins and refused requests, likewise.</param>
    /// <param name="options">Of the interface.</param>
    public static Reply Get(ImmutableArray<string> entries, ImmutableArray<string> attempts, RestApiOptions options)
    {
        var problem = ProblemOf(entries) ?? ProblemOf(attempts);
        var words = problem is null ? "" : $"\"problem\":{JsonSerializer.Serialize(problem, ApiJson.Wire.String)},";
        return Reply.RawJson(
            StatusCodes.Status200OK,
            $$"""{"scope":{{JsonSerializer.Serialize(options.Scope, ApiJson.Wire.String)}},"is_whole":{{(problem is null ? "true" : "false")}},{{words}}"entries":[{{string.Join(',', entries)}}],"attempts":[{{string.Join(',', attempts)}}]}""");
    }

    private static string? ProblemOf(ImmutableArray<string> entries)
    {
        try
        {
            return AuditChain.ProblemOf([.. entries.Select(entry => JsonSerializer.Deserialize(entry, ApiJson.Wire.AuditEntry)).OfType<AuditEntry>()]);
        }
        catch (JsonException exception)
        {
            return $"An entry cannot be read: {exception.Message}";
        }
    }
}
