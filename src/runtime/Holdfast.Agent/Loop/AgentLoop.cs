using Holdfast.Agent.Control;
using Holdfast.Agent.Store;
using Holdfast.Decisions;
using Holdfast.Decisions.Configuration;
using Holdfast.Decisions.Safety;
using Holdfast.Model;
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
    AgentOptions options,
    TimeProvider time,
    ILogger<AgentLoop> logger)
{
    private static readonly TimeSpan AfterStoreFailure = TimeSpan.FromMilliseconds(100);
    private readonly Dictionary<string, Decision> lastDecisions = [];
    private DatabaseView? database;
    private TimeSpan observedAt;
    private Revision? configured;
    private Policy policy = new();
    private bool isPolicyKnown;

    public async Task RunAsync(CancellationToken stopping)
    {
        var woken = true;
        while (!stopping.IsCancellationRequested)
        {
            var wakeAt = await RunTurnAsync(woken, stopping);
            woken = await signal.WaitAsync(wakeAt, stopping);
        }
    }

    /// <summary>One turn; answers when the next must come though nothing happens.</summary>
    private async Task<TimeSpan> RunTurnAsync(bool woken, CancellationToken stopping)
    {
        state.StoreFailed = false;
        cache.TakeUp();
        await ConfigureAsync(stopping);
        await ObserveAsync(woken, stopping);

        var view = Compose();
        var memory = Remembering.Step(view);
        state.Memory = memory;
        view = view with { Memory = memory };
        control.Publish(view, cache.Configuration, fences.Readiness);
        SettleRequest(view);

        var turn = TurnRules.Decide(view);
        foreach (var (concern, decision) in turn.Decisions)
        {
            await CarryOutAsync(view, concern, decision, stopping);
        }

        DisarmWhenHarmless(view);
        var now = time.GetElapsedTime(0);
        return state.StoreFailed && turn.WakeAt < now + AfterStoreFailure ? now + AfterStoreFailure : turn.WakeAt;
    }

    private async Task CarryOutAsync(ClusterView view, string concern, Decision decision, CancellationToken stopping)
    {
        var objections = Invariants.Check(view, decision);
        if (!lastDecisions.TryGetValue(concern, out var last) || last.Rule != decision.Rule)
        {
            LogDecision(concern, decision.Rule, decision.Reason);
        }

        lastDecisions[concern] = decision;
        control.Record(view, concern, decision);
        if (objections.Count > 0)
        {
            LogObjection(decision.Rule, string.Join("; ", objections));
            return;
        }

        await actor.ApplyAsync(view, decision, stopping);
    }

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

    private async Task ConfigureAsync(CancellationToken stopping)
    {
        var revision = cache.View.ConfigurationRevision;
        if (isPolicyKnown && configured == revision)
        {
            return;
        }

        var text = cache.Configuration ?? options.InitialConfiguration;
        var reading = DynamicConfiguration.ToPolicy(text);
        foreach (var warning in reading.Warnings)
        {
            LogConfigurationWarning(warning);
        }

        policy = reading.Policy;
        isPolicyKnown = true;
        await engine.ConfigureAsync(text, stopping);
        configured = revision;
    }

    private ClusterView Compose() => new()
    {
        Self = options.Name,
        Now = time.GetElapsedTime(0),
        UtcNow = time.GetUtcNow(),
        Policy = policy,
        Tags = options.Tags,
        Store = cache.View.ConfirmedAt < state.Session.RenewedAt ? cache.View with { ConfirmedAt = state.Session.RenewedAt } : cache.View,
        Session = state.Session,
        Database = database!,
        Memory = state.Memory,
        Request = state.Request is { Job: null } pending ? pending.Request : control.TakeRequest(state),
    };

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

    /// <summary>A fence stays armed for as long as the database could accept writes, and no longer.</summary>
    private void DisarmWhenHarmless(ClusterView view)
    {
        var mayWrite = view.Database is { Role: DatabaseRole.Primary, IsDown: false }
            || view.Database.IsDoing(DatabaseJobKind.Promote)
            || view.Database.IsDoing(DatabaseJobKind.StartPrimary);
        if (view.SelfHoldsLiveLease && mayWrite && !view.Policy.IsPaused)
        {
            if (state.ArmedFor != view.Session.FenceAt && state.ArmedFor != state.Session.FenceAt)
            {
                state.ArmedFor = view.Session.FenceAt;
                fences.TryArm(view.Session.FenceAt);
            }
        }
        else if (state.ArmedFor is not null && (view.Policy.IsPaused || (!mayWrite && !HasJustBegun())))
        {
            state.ArmedFor = null;
            fences.Disarm();
        }
    }

    /// <summary>The view is from before this turn's actions: a promotion that they began is not in it yet.</summary>
    private bool HasJustBegun() =>
        lastDecisions.TryGetValue(nameof(Turn.Leadership), out var decision)
        && decision.Actions.Any(action => action is HaAction.Begin { Work: DatabaseWork.Promote or DatabaseWork.StartPrimary });

    [LoggerMessage(1001, LogLevel.Information, "{Concern}: {Rule}: {Reason}")]
    private partial void LogDecision(string concern, Rule rule, string reason);

    [LoggerMessage(1002, LogLevel.Critical, "The decision {Rule} is refused, it would break a rule of safety: {Objections}")]
    private partial void LogObjection(Rule rule, string objections);

    [LoggerMessage(1003, LogLevel.Warning, "Dynamic configuration: {Warning}")]
    private partial void LogConfigurationWarning(string warning);
}
