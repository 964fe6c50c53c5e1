using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Agent.Loop;
using Holdfast.Agent.Store;
using Holdfast.Api.Contracts;
using Holdfast.Api.Contracts.Audit;
using Holdfast.ClusterState;
using Holdfast.Decisions;
using Holdfast.Decisions.Approvals;
using Holdfast.Model;
using Holdfast.Model.Access;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;
using Holdfast.Model.Probes;
using Holdfast.Ports;
using Holdfast.Ports.Control;
using Holdfast.Ports.Notifications;
using Holdfast.Ports.Peers;
using Holdfast.Ports.Probes;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;

namespace Holdfast.Agent.Control;

/// <summary>The agent as its REST API sees it: immutable snapshots that the loop publishes, and requests that the loop takes.</summary>
internal sealed class MemberControl(
    MeasuredStore store,
    ClusterKeys keys,
    IAgentSignal signal,
    INotifications? notifications,
    Func<CancellationToken, Task<ControlAnswer>> reload,
    AgentOptions options,
    TimeProvider time) : IMemberControl
{
    private const int AuditAttemptsMax = 10;
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(2);
    private readonly ConcurrentQueue<PendingRequest> requests = new();
    private readonly ConcurrentQueue<PendingClaim> claims = new();
    private readonly DecisionLog log = new(options.DecisionsKept);
    private LeadershipWatch leadership = LeadershipWatch.Nothing;
    private ScheduledRestart? scheduled;
    private long numbers;
    private Snapshot? snapshot;

    /// <summary>Who tries what clients meet; null: nobody does.</summary>
    public IServiceProbe? Prober { get; init; }

    public ProbeRecord? Probe => Prober?.Record;

    public ClusterView? View => Volatile.Read(ref snapshot)?.View;

    public string? DynamicConfiguration => Volatile.Read(ref snapshot)?.Configuration;

    public ImmutableSortedDictionary<string, bool> Fences => Volatile.Read(ref snapshot)?.Fences ?? ImmutableSortedDictionary<string, bool>.Empty;

    /// <summary>When a restart is scheduled for; null when none is.</summary>
    public DateTimeOffset? ScheduledRestartAt => Volatile.Read(ref scheduled)?.At;

    public ImmutableArray<DecisionRecord> Decisions => log.Records;

    public MemberFigures Figures => new()
    {
        Leadership = Volatile.Read(ref leadership).Figures,
        StoreCalls = store.Figures,
        Notifications = notifications?.Counters() ?? [],
        Rules = log.Counts,
    };

    public async Task<ControlAnswer> ChangeConfigurationAsync(string json, ConfigurationChange change, CancellationToken cancellationToken)
    {
        var image = await ReadAsync(cancellationToken);
        var current = image?.Entries.FirstOrDefault(entry => entry.Key == keys.Config);
        if (image is null)
        {
            return new(ControlOutcome.Unavailable, "the store does not answer");
        }

        string wanted;
        try
        {
            wanted = change == ConfigurationChange.Replace
                ? Holdfast.Decisions.Configuration.DynamicConfiguration.Merge("{}", json).Json
                : Holdfast.Decisions.Configuration.DynamicConfiguration.Merge(current?.Value ?? "{}", json).Json;
        }
        catch (FormatException exception)
        {
            return new(ControlOutcome.BadRequest, exception.Message);
        }

        return wanted == current?.Value
            ? new(ControlOutcome.Done, wanted)
            : await WriteConfigurationAsync(wanted, current?.Modified ?? Revision.Absent, cancellationToken);
    }

    public Task<ControlAnswer> ReplaceConfigurationAsync(string json, Revision expected, CancellationToken cancellationToken) =>
        WriteConfigurationAsync(json, expected, cancellationToken);

    public async Task<ControlAnswer> RequestSwitchoverAsync(SwitchoverRequest request, CancellationToken cancellationToken)
    {
        var image = await ReadAsync(cancellationToken);
        if (image is null)
        {
            return new(ControlOutcome.Unavailable, "the store does not answer");
        }

        var current = image.Entries.FirstOrDefault(entry => entry.Key == keys.Failover)?.Modified ?? Revision.Absent;
        var answer = await CommitAsync(
            new([new(keys.Failover, current)], [new StoreWrite.Put(keys.Failover, Documents.ToText(request), null)]),
            request.ScheduledAt is { } at ? $"a switchover is scheduled for {at.ToString("u", CultureInfo.InvariantCulture)}" : "a switchover was asked for",
            cancellationToken);
        return answer.Outcome == ControlOutcome.Done && request.ScheduledAt is not null ? answer with { Outcome = ControlOutcome.Scheduled } : answer;
    }

    public async Task<ControlAnswer> CancelSwitchoverAsync(CancellationToken cancellationToken)
    {
        var image = await ReadAsync(cancellationToken);
        return image switch
        {
            null => new(ControlOutcome.Unavailable, "the store does not answer"),
            _ when image.Entries.FirstOrDefault(entry => entry.Key == keys.Failover) is { } entry =>
                await CommitAsync(
                    new([new(keys.Failover, entry.Modified)], [new StoreWrite.Delete(keys.Failover)]),
                    "scheduled switchover deleted",
                    cancellationToken),
            _ => new(ControlOutcome.Refused, "no switchover is scheduled"),
        };
    }

    public async Task<ControlAnswer> VoteAsync(string? id, ApprovalVote vote, CancellationToken cancellationToken)
    {
        var image = await ReadAsync(cancellationToken);
        if (image is null)
        {
            return new(ControlOutcome.Unavailable, "the store does not answer");
        }

        var request = image.Entries.FirstOrDefault(entry => entry.Key == keys.Approval) is { } entry ? ApprovalDocuments.ToRequest(entry) : null;
        var lease = image.Entries.FirstOrDefault(entry => entry.Key == keys.Leader) is { } leader
            ? new LeaderLease(new MemberName(leader.Value), new Term(leader.Modified.Number), leader.Session)
            : null;
        var (next, words) = ApprovalVoting.Apply(request, id, lease, vote);
        return next is null
            ? new(ControlOutcome.Refused, words)
            : await CommitAsync(
                new([new(keys.Approval, next.Revision)], [new StoreWrite.Put(keys.Approval, ApprovalDocuments.ToText(next), null)]), words, cancellationToken);
    }

    public async Task<ControlAnswer> AnswerAlertsAsync(
        Func<AlertAnswers, AlertBoard, (AlertAnswers? Answers, string Words)> change, CancellationToken cancellationToken)
    {
        var image = await ReadAsync(cancellationToken);
        if (image is null)
        {
            return new(ControlOutcome.Unavailable, "the store does not answer");
        }

        var said = image.Entries.FirstOrDefault(entry => entry.Key == keys.AlertAnswers);
        var board = image.Entries.FirstOrDefault(entry => entry.Key == keys.Alerts) is { } alerts ? AlertDocuments.ToBoard(alerts) : AlertBoard.Empty;
        var known = View is { } view ? new AlertBoard(board.Alerts.SetItems(view.Memory.OwnAlerts.Alerts)) : board;
        var (next, words) = change(said is null ? AlertAnswers.Empty : AlertDocuments.ToAnswers(said), known);
        return next is null
            ? new(ControlOutcome.Refused, words)
            : await CommitAsync(
                new([new(keys.AlertAnswers, said?.Modified ?? Revision.Absent)], [new StoreWrite.Put(keys.AlertAnswers, AlertDocuments.ToText(next), null)]), words, cancellationToken);
    }

    public ImmutableArray<string> Audit => TextsOf(Volatile.Read(ref snapshot)?.Audit);

    public ImmutableArray<string> Attempts => TextsOf(Volatile.Read(ref snapshot)?.Attempts);

    private static ImmutableArray<string> TextsOf(ImmutableArray<AuditEntry>? entries) =>
        [.. (entries ?? []).Select(entry => JsonSerializer.Serialize(entry, ApiJson.Wire.AuditEntry))];

    public async Task<bool> AuditAsync(AuditFact fact, CancellationToken cancellationToken)
    {
        var entry = new AuditEntry
        {
            Number = 0,
            At = time.GetUtcNow(),
            Kind = fact.Kind,
            Who = fact.Who,
            What = fact.What,
            Details = fact.Details.IsEmpty ? null : new(fact.Details.ToDictionary(), StringComparer.Ordinal),
            Previous = "",
        };
        for (var attempt = 0; attempt < AuditAttemptsMax; attempt++)
        {
            if (await ReadAsync(cancellationToken) is not { } image)
            {
                return false;
            }

            var (condition, writes) = fact.IsAttempt
                ? AuditTrail.AppendAttempt(keys, AuditTrail.ReadAttempts(keys, image.Entries), entry)
                : AuditTrail.Append(keys, AuditTrail.Read(keys, image.Entries), entry);
            var answer = await CommitAsync(new([condition], writes), "", cancellationToken);
            if (answer.Outcome != ControlOutcome.Conflict)
            {
                return answer.Outcome == ControlOutcome.Done;
            }
        }

        return false;
    }

    public ImmutableArray<AccessToken> Tokens => Volatile.Read(ref snapshot)?.Tokens ?? [];

    public async Task<ControlAnswer> ChangeTokensAsync(
        Func<ImmutableArray<AccessToken>, (ImmutableArray<AccessToken>? Next, string Words)> change, CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is not { } image)
        {
            return new(ControlOutcome.Unavailable, "the store does not answer");
        }

        var entry = image.Entries.FirstOrDefault(entry => entry.Key == keys.Tokens);
        var (next, words) = change(TokenDocuments.Read(entry));
        return next is not { } tokens
            ? new(ControlOutcome.Refused, words)
            : await CommitAsync(
                new([new(keys.Tokens, entry?.Modified ?? Revision.Absent)], [new StoreWrite.Put(keys.Tokens, TokenDocuments.ToText(tokens), null)]), words, cancellationToken);
    }

    public async Task<ControlAnswer> RestartAsync(RestartConditions conditions, CancellationToken cancellationToken)
    {
        if (conditions.At is { } at)
        {
            Volatile.Write(ref scheduled, new ScheduledRestart(at, conditions));
            signal.Wake();
            return new(ControlOutcome.Scheduled, "Restart scheduled");
        }

        return View is { } view && Unmet(view, conditions) is { } unmet
            ? new(ControlOutcome.Refused, unmet)
            : await AskAsync(new OperatorRequest.Restart(Interlocked.Increment(ref numbers)), cancellationToken);
    }

    public Task<ControlAnswer> CancelRestartAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Interlocked.Exchange(ref scheduled, null) is null
            ? new ControlAnswer(ControlOutcome.Refused, "no restarts are scheduled")
            : new ControlAnswer(ControlOutcome.Done, "scheduled restart deleted"));

    public Task<ControlAnswer> ReinitializeAsync(CancellationToken cancellationToken) =>
        View is { SelfHoldsLiveLease: true }
            ? Task.FromResult(new ControlAnswer(ControlOutcome.Refused, "I am the leader, can not reinitialize"))
            : View is { Store.Lease: null }
                ? Task.FromResult(new ControlAnswer(ControlOutcome.Refused, "Cluster has no leader, can not reinitialize"))
                : BeginAsync(new OperatorRequest.Reinitialize(Interlocked.Increment(ref numbers)));

    public async Task<ControlAnswer> ConfirmLeaderAsync(LeaderClaim claim, CancellationToken cancellationToken)
    {
        var pending = new PendingClaim(claim, Promise());
        claims.Enqueue(pending);
        signal.Wake();
        return await pending.Answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The next leader that waits for this member's word; null when none does.</summary>
    public PendingClaim? TakeClaim() => claims.TryDequeue(out var claim) ? claim : null;

    public Task<ControlAnswer> ReloadAsync(CancellationToken cancellationToken) => reload(cancellationToken);

    public void Publish(ClusterView view, ImmutableSortedDictionary<string, bool> fences, ClusterCache cache)
    {
        var isTrailNew = snapshot?.Audit != cache.Audit;
        Volatile.Write(ref snapshot, new Snapshot(view, cache.Configuration, fences, cache.Audit, cache.Attempts, cache.Tokens));
        Volatile.Write(ref leadership, isTrailNew ? leadership.See(view).Read(cache.Audit) : leadership.See(view));
    }

    public void Record(ClusterView view, string concern, Decision decision) => log.Record(view, concern, decision);

    /// <summary>The next request that is due, put into the state; null when there is none.</summary>
    public OperatorRequest? TakeRequest(AgentState state)
    {
        if (Volatile.Read(ref scheduled) is { } restart && restart.At <= time.GetUtcNow())
        {
            Interlocked.CompareExchange(ref scheduled, null, restart);
            if (View is { } view && Unmet(view, restart.Conditions) is null)
            {
                requests.Enqueue(new PendingRequest(new OperatorRequest.Restart(Interlocked.Increment(ref numbers)), Promise()));
            }
        }

        if (state.Request is null && requests.TryDequeue(out var next))
        {
            state.Request = next;
            return next.Request;
        }

        return null;
    }

    public static void Settle(PendingRequest pending, DatabaseJob job) =>
        pending.Answer.TrySetResult(job.State == JobState.Succeeded
            ? new(ControlOutcome.Done, pending.Request is OperatorRequest.Restart ? "restarted successfully" : "reinitialized")
            : new(ControlOutcome.Failed, job.Progress));

    private Task<ControlAnswer> WriteConfigurationAsync(string json, Revision expected, CancellationToken cancellationToken) =>
        CommitAsync(new([new(keys.Config, expected)], [new StoreWrite.Put(keys.Config, json, null)]), json, cancellationToken);

    private static TaskCompletionSource<ControlAnswer> Promise() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task<ControlAnswer> AskAsync(OperatorRequest request, CancellationToken cancellationToken)
    {
        var pending = new PendingRequest(request, Promise());
        requests.Enqueue(pending);
        signal.Wake();
        return pending.Answer.Task.WaitAsync(cancellationToken);
    }

    private Task<ControlAnswer> BeginAsync(OperatorRequest request)
    {
        requests.Enqueue(new PendingRequest(request, Promise()));
        signal.Wake();
        return Task.FromResult(new ControlAnswer(ControlOutcome.Done, "reinitialize started"));
    }

    private static string? Unmet(ClusterView view, RestartConditions conditions) => conditions switch
    {
        { OnlyIfRole: { } role } when view.Database.Role != role => "role does not match",
        { OnlyIfPending: true } when !view.Database.IsRestartPending => "restart is not pending",
        { OnlyIfVersionBelow: { } version } when !IsBelow(view.Database.ServerVersion, version) => "postgres version does not match",
        _ => null,
    };

    /// <summary>Server versions are numbers such as 150018 for 15.18; the condition is text such as 15.19.</summary>
    private static bool IsBelow(int serverVersion, string version)
    {
        var parts = version.Split('.');
        return int.TryParse(parts[0], CultureInfo.InvariantCulture, out var major)
            && serverVersion < (major * 10000) + (parts.Length > 1 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var minor) ? minor : 0);
    }

    private async Task<StoreImage?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var limit = new CancellationTokenSource(RequestLimit, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            return await store.ReadAsync(keys.Prefix, both.Token);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<ControlAnswer> CommitAsync(StoreTransaction transaction, string done, CancellationToken cancellationToken)
    {
        try
        {
            var result = await store.CommitAsync(transaction, cancellationToken);
            return result.Outcome switch
            {
                CommitOutcome.Committed => new(ControlOutcome.Done, done),
                CommitOutcome.Unknown => new(ControlOutcome.Unavailable, "the store did not answer; look whether it happened"),
                _ => new(ControlOutcome.Conflict, "somebody else changed it at the same time; try again"),
            };
        }
        catch (StoreUnavailableException exception)
        {
            return new(ControlOutcome.Unavailable, exception.Message);
        }
    }

    private sealed record Snapshot(
        ClusterView View, string? Configuration, ImmutableSortedDictionary<string, bool> Fences, ImmutableArray<AuditEntry> Audit, ImmutableArray<AuditEntry> Attempts, ImmutableArray<AccessToken> Tokens);

    private sealed record ScheduledRestart(DateTimeOffset At, RestartConditions Conditions);
}
