using System.Globalization;
using Holdfast.Api.Serving;
using Holdfast.Api.Status;
using Holdfast.Model;
using Holdfast.Ports.Control;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Operations;

/// <summary>
/// Shows and changes the dynamic configuration. Beyond Patroni, GET says the configuration's revision as an ETag, and PUT and
/// PATCH with If-Match change only that revision.
/// </summary>
internal sealed class ConfigurationEndpoint(IMemberControl control)
{
    public Reply Get(MemberSnapshot snapshot) =>
        control.DynamicConfiguration is { } configuration
            ? Reply.RawJson(StatusCodes.Status200OK, configuration) with { Headers = [new("ETag", Tag(snapshot))] }
            : Reply.Empty(StatusCodes.Status502BadGateway);

    public async Task<Reply> PatchAsync(RequestBody body, string? ifMatch, MemberSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (control.DynamicConfiguration is null)
        {
            return Reply.Empty(StatusCodes.Status503ServiceUnavailable);
        }

        return ifMatch is not null && ifMatch != Tag(snapshot)
            ? Conflict()
            : Answer(await control.ChangeConfigurationAsync(body.Object.GetRawText(), ConfigurationChange.Merge, cancellationToken));
    }

    public async Task<Reply> PutAsync(RequestBody body, string? ifMatch, CancellationToken cancellationToken)
    {
        var configuration = body.Object.GetRawText();
        if (ifMatch is null)
        {
            return Answer(await control.ChangeConfigurationAsync(configuration, ConfigurationChange.Replace, cancellationToken));
        }

        return long.TryParse(ifMatch.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? Answer(await control.ReplaceConfigurationAsync(configuration, new(revision), cancellationToken))
            : Conflict();
    }

    private Reply Answer(ControlAnswer answer) => answer.Outcome switch
    {
        ControlOutcome.Done => Reply.RawJson(StatusCodes.Status200OK, answer.Words.StartsWith('{') ? answer.Words : control.DynamicConfiguration ?? "{}"),
        ControlOutcome.BadRequest => Reply.Words(StatusCodes.Status400BadRequest, answer.Words),
        ControlOutcome.Conflict => Conflict(),
        _ => Reply.Words(StatusCodes.Status503ServiceUnavailable, answer.Words),
    };

    private static Reply Conflict() => Reply.Words(StatusCodes.Status409Conflict, "the configuration was changed by somebody else");

    private static string Tag(MemberSnapshot snapshot) =>
        $"\"{snapshot.View?.Store.ConfigurationRevision ?? Revision.Absent}\"";
}
