using Holdfast.Agent.Control;
using Holdfast.Agent.Store;
using Holdfast.Decisions;
using Holdfast.Decisions.Configuration;
using Holdfast.Decisions.Leadership;
using Holdfast.Decisions.Safety;
using Holdfast.Model;
using Holdfast.Ports.Control;
using Holdfast.Ports.Database;
using Microsoft.Extensions.Logging;

namespace Holdfast.Agent.Loop;

/// <summary>Observe, remember, decide, act; then rest until something happens. Nothing else in the agent starts work of its own.</summary>
internal sealed partial class AgentLoop(
    IDatabaseEngine engine,
    ClusterCache cache,
    Actor actor,
    FenceSet fences,
    AgentState state,
    AgentSignal signal,
    MemberControl control,
    Surroundings surroundings,
    AgentOptions options,
    TimeProvider time,
    ILogger<AgentLoop> logger)
{
    private static readonly TimeSpan AfterStoreFailure = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterFailedTurn = TimeSpan.FromMilliseconds(200);
    private readonly Dictionary<string, Decision> lastDecisions = [];
    private DatabaseView? database;
    private TimeSpan observedAt;
    private Revision? read;
    private Revision? configured;
    private Policy policy = new();
    private bool isPolicyKnown;
    private bool isConfigured;
    private bool isShuttingDown;

    private string Settings => cache.LastConfiguration ?? options.InitialConfiguration;

    /// <param name="shutDown">Asks for an orderly end: the loop goes on until the database is down and the lease given away.</param>
    /// <param name="stopping">Ends the loop where it is.</param>
    public async Task RunAsync(CancellationToken shutDown, CancellationToken stopping)
    {
        using var wake = shutDown.UnsafeRegister(static waiting => ((AgentSignal)waiting!).Wake(), signal);
        var woken = true;
        while (!stopping.IsCancellationRequested && state.QuitReason is null && !HasShutDown(shutDown))
        {
            isShuttingDown = shutDown.IsCancellationRequested;
            var wakeAt = await SurviveTurnAsync(woken, stopping);
            woken = await signal.WaitAsync(wakeAt, stopping);
        }
    }

    /// <summary>
    /// The edge of the loop: a turn that fails is told and tried again. The lease is then not renewed by it, so a failure that lasts
    /// ends in the fence, not in a primary that nobody looks after.
    /// </summary>
    private async Task<TimeSpan> SurviveTurnAsync(bool woken, CancellationToken stopping)
    {
        try
        {
            return await RunTurnAsync(woken, stopping);
        }
#pragma warning disable CA1031 // This is the edge of the loop.
        catch (Exception exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogTurnFailed(exception);
            return time.GetElapsedTime(0) + AfterFailedTurn;
        }
    }

    private bool HasShutDown(CancellationToken shutDown) =>
        shutDown.IsCancellationRequested
        && lastDecisions.TryGetValue(nameof(Turn.Leadership), out var decision)
        && decision.Rule == Rule.ShutDown;

    /// <summary>One turn; answers when the next must come though nothing happens.</summary>
    private async Task<TimeSpan> RunTurnAsync(bool woken, CancellationToken stopping)
    {
        state.StoreFailed = false;
        var isNews = cache.TakeUp();
        if (state.IsViewDoubtful && !isNews)
        {
            cache.ReadAgain();
        }

        state.IsViewDoubtful = false;
        ReadPolicy();

        // A report says how far the log goes, and others take it for newer than whatever it was written after: it is looked up then.
        var mayReport = state.Memory.ReportedAt is not { } at || time.GetElapsedTime(0) - at >= policy.LoopWait;
        await ObserveAsync(woken || isNews || mayReport, stopping);
        await ConfigureAsync(stopping);

        var view = Compose();
        var memory = Remembering.Step(view);
        if (view.Memory.Alerts is { } board && memory.Alerts is null)
        {
            actor.LeaveAlerts(view, board);
        }

        memory = memory with { Fencing = state.TakeFencing() is { } fencing ? fencing with { Term = memory.LastTerm } : memory.Fencing };
        view = Promise(view with { Memory = memory });
        state.Memory = view.Memory;
        state.Audit = cache.Audit;
        control.Publish(view, fences.Readiness, cache);
        SettleRequest(view);
        KeepFences(view);

        var turn = TurnRules.Decide(view);
        foreach (var (concern, decision) in turn.Decisions)
        {
            await CarryOutAsync(view, concern, decision, stopping);
        }

        var now = time.GetElapsedTime(0);
        var wakeAt = state.Session.RenewedAt > view.Session.RenewedAt && state.Session.Id == view.Session.Id ? AfterRenewal(view with { Now = now }) : turn.WakeAt;
        return state.StoreFailed && wakeAt < now + AfterStoreFailure ? now + AfterStoreFailure : wakeAt;
    }

    /// <summary>
    /// A renewal moves deadlines, and what others are shown of them, but is no news of anything else: with them moved here, no second
    /// turn follows, which would look at the database once more for nothing.
    /// </summary>
    private TimeSpan AfterRenewal(ClusterView view)
    {
        var renewed = view with { Session = state.Session, Store = Confirmed(view.Store), Memory = state.Memory };
        state.Memory = Remembering.Renewal(renewed);
        renewed = renewed with { Memory = state.Memory };
        control.Publish(renewed, fences.Readiness, cache);
        return TurnRules.WakeAt(renewed);
    }

    /// <summary>A store that keeps the session stands behind what it has said.</summary>
    private StoreView Confirmed(StoreView store) =>
        store.ConfirmedAt < state.Session.RenewedAt ? store with { ConfirmedAt = state.Session.RenewedAt } : store;

    private async Task CarryOutAsync(ClusterView view, string concern, Decision decision, CancellationToken stopping)
    {
        var objections = Invariants.Check(view, decision);
        if (!IsRoutine(decision.Rule))
        {
            if (!lastDecisions.TryGetValue(concern, out var last) || last.Rule != decision.Rule)
            {
                LogDecision(concern, decision.Rule, decision.Reason);
            }

            lastDecisions[concern] = decision;
            control.Record(view, concern, decision);
        }

        if (objections.Count > 0)
        {
            LogObjection(decision.Rule, string.Join("; ", objections));
            return;
        }

        await actor.ApplyAsync(view, decision, stopping);
    }

    /// <summary>What happens all the time and tells nobody anything.</summary>
    private static bool IsRoutine(Rule rule) =>
        rule is Rule.RenewSession or Rule.KeepSession or Rule.NothingToReport or Rule.PublishReport or Rule.PublishStatus or Rule.LeaveAlerts or Rule.WatchAlerts;

    /// <summary>A renewal alone needs no new look at the database; anything that happened does.</summary>
    private async Task ObserveAsync(bool woken, CancellationToken stopping)
    {
        var now = time.GetElapsedTime(0);
        if (!woken && !state.HasTouchedDatabase && database is not null && now - observedAt < policy.LoopWait)
        {
            return;
        }

        state.HasTouchedDatabase = false;
        database = await engine.ObserveAsync(stopping);
        observedAt = now;
    }

    private void ReadPolicy()
    {
        var revision = cache.View.ConfigurationRevision;
        if (isPolicyKnown && read == revision)
        {
            return;
        }

        var reading = DynamicConfiguration.ToPolicy(Settings);
        foreach (var warning in reading.Warnings)
        {
            LogConfigurationWarning(warning);
        }

        state.Configuration = Settings;
        policy = reading.Policy;
        isPolicyKnown = true;
        read = revision;
    }

    /// <summary>
    /// Brings the cluster's settings to the database, which writes them into its directory: so not before the store has said what
    /// they are, and never into a directory of another system.
    /// </summary>
    private async Task ConfigureAsync(CancellationToken stopping)
    {
        var store = cache.View;
        var isOfAnotherSystem = database?.SystemId is { } own && store.Initialization?.SystemId is { } system && own != system;
        if (!store.IsKnown || isOfAnotherSystem || (isConfigured && configured == store.ConfigurationRevision))
        {
            return;
        }

        await engine.ConfigureAsync(Settings, stopping);
        configured = store.ConfigurationRevision;
        isConfigured = true;
        await ObserveAsync(woken: true, stopping);
    }

    private ClusterView Compose() => new()
    {
        Self = options.Name,
        Now = time.GetElapsedTime(0),
        UtcNow = time.GetUtcNow(),
        Policy = policy,
        Tags = state.Options.Tags,
        ApiUrl = options.ApiUrl,
        Store = Confirmed(cache.View),
        Session = state.Session,
        StoreHealth = surroundings.StoreHealth,
        Certificates = surroundings.Certificates(state.Options, time.GetElapsedTime(0)),
        Database = database!,
        Memory = state.Memory,
        Probe = control.Probe?.ReportAt(time.GetUtcNow()),
        IsShuttingDown = isShuttingDown,
        ScheduledRestartAt = control.ScheduledRestartAt,
        Request = state.Request is { Job: null } pending ? pending.Request : control.TakeRequest(state),
    };

    /// <summary>
    /// Answers leaders that have lost the store. Between two turns, so that no write of this member's is on its way that a promise
    /// would come too late for.
    /// </summary>
    private ClusterView Promise(ClusterView view)
    {
        while (control.TakeClaim() is { } pending)
        {
            var claim = pending.Claim;
            var refusal = Failsafe.ReasonToRefuse(view, claim.Leader);
            if (refusal is null)
            {
                var life = claim.TimeToLive > view.Policy.TimeToLive ? claim.TimeToLive : view.Policy.TimeToLive;
                view = view with { Memory = view.Memory with { Promise = new LeaderPromise(claim.Leader, view.Now + life) } };
            }

            pending.Answer.TrySetResult(refusal is null
                ? new(ControlOutcome.Done, "Accepted")
                : new(ControlOutcome.Refused, refusal));
        }

        return view;
    }

    /// <summary>Answers the person who asked once the job that carries the request out has ended.</summary>
    private void SettleRequest(ClusterView view)
    {
        if (state.Request is { Job: { } kind } pending
            && view.Database.Job is { State: not JobState.Running } job
            && (job.Kind == kind || job.Kind == DatabaseJobKind.StartReplica)
            && job.StartedAt >= pending.AcceptedAt)
        {
            MemberControl.Settle(pending, job);
            state.Request = null;
        }
    }

    /// <summary>
    /// A fence stays armed for as long as the database could accept writes, and no longer. A role that is not known yet counts as
    /// one that could: a guard that an earlier agent left armed is not let off before somebody has looked.
    /// </summary>
    private void KeepFences(ClusterView view)
    {
        var database = view.Database;

        // In a group the others' consensus is the fence; a group that is only beginning has no others.
        var mayWrite = database.Group is not null
            ? database.IsDoing(DatabaseJobKind.BootstrapGroup)
            : (!database.IsDown && database.Role == DatabaseRole.Primary)
            || (!database.IsDown && database.Role == DatabaseRole.Unknown && !database.IsDoing(DatabaseJobKind.StartReplica))
            || database.IsDoing(DatabaseJobKind.Promote)
            || database.IsDoing(DatabaseJobKind.StartPrimary);
        if (view.Policy.IsPaused || !mayWrite)
        {
            if (state.ArmedUntil is not null)
            {
                actor.Disarm();
            }
        }
        else if (view.SelfHoldsLiveLease && state.ArmedUntil != view.MayServeUntil)
        {
            actor.TryArm(view.MayServeUntil);
        }
    }

    [LoggerMessage(1001, LogLevel.Information, "{Concern}: {Rule}: {Reason}")]
    private partial void LogDecision(string concern, Rule rule, string reason);

    [LoggerMessage(1002, LogLevel.Critical, "The decision {Rule} is refused, it would break a rule of safety: {Objections}")]
    private partial void LogObjection(Rule rule, string objections);

    [LoggerMessage(1004, LogLevel.Error, "A turn of the loop failed; it is tried again")]
    private partial void LogTurnFailed(Exception exception);

    [LoggerMessage(1003, LogLevel.Warning, "Dynamic configuration: {Warning}")]
    private partial void LogConfigurationWarning(string warning);
}
