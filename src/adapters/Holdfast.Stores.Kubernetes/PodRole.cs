using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Kubernetes;

/// <summary>
/// Shows whether this member leads, where a Service can select it: a label of its pod and, where wanted, an Endpoints object. Beside everything
/// else, as well as it goes, and never waited for.
/// </summary>
internal sealed partial class PodRole(KubernetesCalls calls, KubernetesStoreOptions options, OwnPod pod, TimeProvider time, ILogger logger)
{
    private const string TermAnnotation = "holdfast/term";
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(2);
    private readonly Channel<StoredState> states = Channel.CreateBounded<StoredState>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Complaints complaints = new(time);

    public void Note(StoredState state) => states.Writer.TryWrite(state);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string? shown = null;
        long shownTerm = 0;
        try
        {
            while (true)
            {
                var state = await states.Reader.ReadAsync(cancellationToken);
                var leader = state.Keys.GetValueOrDefault(pod.LeaderKey);
                var leads = leader?.Value == pod.Member;
                var role = leads ? pod.LeaderValue : pod.FollowerValue;
                var isShown = (role == shown || await TryAsync(Label(role), cancellationToken) is not null)
                    && (!leads || leader is null || leader.Modified == shownTerm || await PointAsync(leader.Modified, cancellationToken));
                if (isShown)
                {
                    (shown, shownTerm) = (role, leads && leader is not null ? leader.Modified : 0);
                }
                else
                {
                    await Task.Delay(AgainAfter, time, cancellationToken);
                    states.Writer.TryWrite(states.Reader.TryRead(out var newer) ? newer : state);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody watches any more.
        }
    }

    private KubernetesCall Label(string role) => KubernetesCall.Patch("pods", calls.PathOf("pods", pod.Name), new WireObject
    {
        Metadata = new WireMetadata { Labels = ImmutableDictionary<string, string>.Empty.Add(pod.RoleLabel, role) },
    });

    /// <summary>Points the cluster's Endpoints at this pod, unless a later leader already has; false when it has to be tried again.</summary>
    private async Task<bool> PointAsync(long term, CancellationToken cancellationToken)
    {
        if (pod.Endpoint is not { } endpoint)
        {
            return true;
        }

        var path = calls.PathOf("endpoints", options.Scope);
        if (await TryAsync(new KubernetesCall(HttpMethod.Get, "get", "endpoints", path), cancellationToken, options.Scope) is not { } found)
        {
            return false;
        }

        if (!found.IsSuccess)
        {
            return await TryAsync(KubernetesCall.Create("endpoints", calls.PathOf("endpoints"), Endpoints(endpoint, term, null)), cancellationToken) is not null;
        }

        var there = found.Object().Metadata;
        return TermOf(there) > term
            || await TryAsync(KubernetesCall.Patch("endpoints", path, Endpoints(endpoint, term, there.ResourceVersion)), cancellationToken) is not null;
    }

    private WireObject Endpoints(PodEndpoint endpoint, long term, string? version) => new()
    {
        ApiVersion = "v1",
        Kind = "Endpoints",
        Metadata = new WireMetadata
        {
            Name = options.Scope,
            ResourceVersion = version,
            Labels = options.AllLabels,
            Annotations = ImmutableDictionary<string, string>.Empty.Add(TermAnnotation, term.ToString(CultureInfo.InvariantCulture)),
        },
        Subsets =
        [
            new WireSubset([new WireAddress(endpoint.Address)], [.. endpoint.Ports.Select(port => new WirePort(port.Name, port.Number, port.Protocol))]),
        ],
    };

    private static long TermOf(WireMetadata metadata) =>
        long.TryParse(metadata.Annotations?.GetValueOrDefault(TermAnnotation), CultureInfo.InvariantCulture, out var term) ? term : 0;

    /// <summary>The answer when it is a success, or says that what may be missing is; else null.</summary>
    private async Task<KubernetesAnswer?> TryAsync(KubernetesCall call, CancellationToken cancellationToken, string? mayBeMissing = null)
    {
        var attempt = await calls.TryAsync(call, isAgain: false, cancellationToken);
        if (attempt is { IsSettled: true, Answer: { } answer }
            && (answer.IsSuccess || (mayBeMissing is not null && answer.Status == HttpStatusCode.NotFound && answer.IsMissing(call.Resource, mayBeMissing))))
        {
            return answer;
        }

        if (complaints.IsDue())
        {
            LogNotShown(attempt.Trouble.Length > 0 || attempt.Answer is null ? attempt.Trouble : calls.Explain(call, attempt.Answer));
        }

        return null;
    }

    [LoggerMessage(2154, LogLevel.Warning, "The role of this member is not shown in Kubernetes yet: {Why}")]
    private partial void LogNotShown(string why);
}
