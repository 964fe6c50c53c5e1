using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Kubernetes;

/// <summary>
/// A session is a Lease, which its holder renews, and a mark in the cluster's object, without which nothing can be written under it. The Lease
/// comes first and goes first: a mark without a Lease is a session that has ended, and whose keys must go.
/// </summary>
internal sealed class KubernetesSessions(KubernetesCalls calls, ClusterObject cluster, Disturbances disturbances, KubernetesStoreOptions options, TimeProvider time)
{
    public const string Resource = "leases";
    private const int IdLetters = 16;
    private const string RenewalAnnotation = "holdfast/renewal";

    public static string NewId() => RandomNumberGenerator.GetHexString(IdLetters, lowercase: true);

    /// <summary>Anything else is another store's.</summary>
    public static bool IsId(string text) => text.Length == IdLetters && text.All(char.IsAsciiHexDigitLower);

    public string NameOf(string id) => $"{options.Scope}-{id}";

    /// <summary>Null for a Lease that is no session of this cluster.</summary>
    public string? IdOf(string? name) =>
        name is not null && name.StartsWith(options.Scope + "-", StringComparison.Ordinal) && IsId(name[(options.Scope.Length + 1)..]) ? name[(options.Scope.Length + 1)..] : null;

    /// <exception cref="NoAnswerException">It was not opened; a Lease that was left behind ends by itself.</exception>
    public async Task<string> OpenAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var id = NewId();
        var lease = new WireObject
        {
            ApiVersion = "coordination.k8s.io/v1",
            Kind = "Lease",
            Metadata = new WireMetadata { Name = NameOf(id), Labels = options.AllLabels },
            Spec = new WireLeaseSpec
            {
                HolderIdentity = options.Holder ?? "holdfast",
                LeaseDurationSeconds = (int)Math.Ceiling(timeToLive.TotalSeconds),
                AcquireTime = Now(),
                RenewTime = Now(),
            },
        };
        var call = KubernetesCall.Create(Resource, calls.PathOf(Resource), lease);
        var answer = await calls.AskAsync(call, began, cancellationToken);
        if (!answer.IsSuccess && !answer.Exists)
        {
            throw new NoAnswerException(calls.Explain(call, answer), null, mayBeDone: false);
        }

        await cluster.UpdateAsync(id, state => StateTransactions.WithSession(state, id), cancellationToken);
        if (time.GetElapsedTime(began) >= timeToLive)
        {
            // Somebody may have ended it before it was marked, and would not look again.
            await CloseAsync(id, cancellationToken);
            throw new NoAnswerException($"kubernetes {calls.Server} took longer to open a session than it lives", null, mayBeDone: false);
        }

        return id;
    }

    /// <summary>Only the server's word that this very Lease is gone ends a session.</summary>
    public async Task<SessionKeeping> KeepAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await RenewAsync(id, cancellationToken);
        }
        catch (Exception exception) when (exception is NoAnswerException or OperationCanceledException)
        {
            // The others' renewals may have fared no better.
            disturbances.Note();
            throw;
        }
    }

    private async Task<SessionKeeping> RenewAsync(string id, CancellationToken cancellationToken)
    {
        var renewal = new WireObject
        {
            Metadata = new WireMetadata
            {
                // What changes nothing would not be written, and nobody would see it.
                Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [RenewalAnnotation] = NewId() },
            },
            Spec = new WireLeaseSpec { RenewTime = Now() },
        };
        var answer = await calls.AskAsync(KubernetesCall.Patch(Resource, calls.PathOf(Resource, NameOf(id)), renewal), time.GetTimestamp(), cancellationToken);
        return answer switch
        {
            { IsSuccess: true } => SessionKeeping.Alive,
            _ when answer.IsMissing(Resource, NameOf(id)) => SessionKeeping.Ended,
            _ => SessionKeeping.Unknown,
        };
    }

    /// <exception cref="NoAnswerException">It may not have ended yet.</exception>
    public async Task CloseAsync(string id, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var call = KubernetesCall.Delete(Resource, calls.PathOf(Resource, NameOf(id)), null);
        var answer = await calls.AskAsync(call, began, cancellationToken);
        if (!answer.IsSuccess && !answer.IsMissing(Resource, NameOf(id)))
        {
            throw new NoAnswerException(calls.Explain(call, answer), null, mayBeDone: true);
        }

        await ForgetAsync(id, cancellationToken);
    }

    /// <summary>
    /// Ends a session that was not renewed since this version; false when it was. Asked once: after a refusal its holder, who may have been
    /// refused as well, gets its time again.
    /// </summary>
    /// <exception cref="NoAnswerException">It may not have ended.</exception>
    public async Task<bool> EndAsync(string id, WireMetadata seen, CancellationToken cancellationToken)
    {
        var call = KubernetesCall.Delete(Resource, calls.PathOf(Resource, NameOf(id)), new WirePreconditions(seen.Uid, seen.ResourceVersion));
        var attempt = await calls.TryAsync(call, isAgain: false, cancellationToken);
        if (attempt is { IsSettled: true, Answer.Status: HttpStatusCode.Conflict })
        {
            return false;
        }

        if (attempt is not { IsSettled: true, Answer: { } answer } || (!answer.IsSuccess && !answer.IsMissing(Resource, NameOf(id))))
        {
            throw new NoAnswerException(attempt.IsSettled && attempt.Answer is { } refusal ? calls.Explain(call, refusal) : attempt.Trouble, attempt.Cause, attempt.MayBeDone);
        }

        await ForgetAsync(id, cancellationToken);
        return true;
    }

    /// <summary>Takes the keys of a session whose Lease is gone away, all at once.</summary>
    public Task ForgetAsync(string id, CancellationToken cancellationToken) =>
        cluster.UpdateAsync(id, state => StateTransactions.WithoutSession(state, id), cancellationToken);

    /// <summary>For people who look; no machine compares it with its own clock.</summary>
    private string Now() => time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
