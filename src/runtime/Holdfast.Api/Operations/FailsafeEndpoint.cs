using System.Globalization;
using Holdfast.Api.Contracts;
using Holdfast.Api.Serving;
using Holdfast.Api.Status;
using Holdfast.Model;
using Holdfast.Ports.Control;
using Holdfast.Ports.Peers;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Operations;

/// <summary><c>/failsafe</c>: who confirms a leader that has lost the store, and this member's own word for it.</summary>
internal sealed class FailsafeEndpoint(IMemberControl control)
{
    public const string Endpoint = "POST /failsafe";

    private const double PromiseSecondsMax = 300;

    public static Reply Get(MemberSnapshot snapshot)
    {
        if (snapshot.View is not { Policy.UsesFailsafe: true, Store.Failsafe: { } members })
        {
            return Reply.Empty(StatusCodes.Status502BadGateway);
        }

        var urls = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, url) in members.ApiUrls)
        {
            urls[name.Text] = url;
        }

        return Reply.Json(StatusCodes.Status200OK, urls, ApiJson.Wire.SortedDictionaryStringString);
    }

    public async Task<Reply> PostAsync(RequestBody body, MemberSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.View is not { Policy.UsesFailsafe: true } view)
        {
            return Reply.Empty(StatusCodes.Status502BadGateway);
        }

        if (body.Text("name") is not { } name)
        {
            return Reply.Words(StatusCodes.Status400BadRequest, "name: which leader asks?");
        }

        // A Patroni leader says nothing of its time to live: the cluster's own holds.
        var seconds = double.TryParse(body.Text("ttl"), CultureInfo.InvariantCulture, out var stated) && stated is > 0 and <= PromiseSecondsMax
            ? stated
            : view.Policy.TimeToLive.TotalSeconds;
        var answer = await control.ConfirmLeaderAsync(new LeaderClaim(new MemberName(name), TimeSpan.FromSeconds(seconds)), cancellationToken);
        return Reply.Words(answer.Outcome == ControlOutcome.Done ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError, answer.Words);
    }
}
