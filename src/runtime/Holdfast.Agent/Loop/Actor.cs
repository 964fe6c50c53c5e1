using System.Security.Cryptography;
using Holdfast.Agent.Alerts;
using Holdfast.Agent.Store;
using Holdfast.Decisions;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;
using Holdfast.Ports.Control;
using Holdfast.Ports.Database;
using Holdfast.Ports.Notifications;
using Holdfast.Ports.Peers;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;
using Microsoft.Extensions.Logging;

namespace Holdfast.Agent.Loop;

/// <summary>
/// Carries decisions out, and chooses nothing: an action is confirmed or it is not, and after one that is not the rest of its
/// decision is left for the next turn, which sees what became of it.
/// </summary>
internal sealed partial class Actor(
    IConsensusStore store,
    IDatabaseEngine engine,
    IMemberPeers peers,
    FenceSet fences,
    INotifications? notifications,
    AgentState state,
    ClusterKeys keys,
    TimeProvider time,
    ILogger<Actor> logger)
{
    /// <summary>A member that lives answers from memory; for one that does not, nobody should be without a primary for longer than this.</summary>
    private static readonly TimeSpan LastWordLimit = TimeSpan.FromMilliseconds(250);
    private readonly Unconfirmed unconfirmed = new(time, logger);

    public async Task ApplyAsync(ClusterView view, Decision decision, CancellationToken cancellationToken)
    {
        foreach (var action in decision.Actions)
        {
            if (!await ConfirmAsync(view, action, cancellationToken))
            {
                return;
            }

            if (action is HaAction.Fence && !view.Database.IsDown)
            {
                state.Memory = state.Memory with { Fencing = new(view.UtcNow, $"{decision.Rule}: {decision.Reason}") { Term = view.Memory.LastTerm } };
            }
        }
    }

    private async Task<bool> ConfirmAsync(ClusterView view, HaAction action, CancellationToken stopping)
    {
        if (state.StoreFailed && IsWrite(action))
        {
            // It would fail as the last one did, and a leader that has lost the store as well waits for this member's answer meanwhile.
            return false;
        }

        var allowed = action switch
        {
            HaAction.AskMembers => AskLimit(view),
            HaAction.AskLastLeader => LastWordLimit,

            // Nobody waits for these, but a renewal or a leader's question may wait behind them.
            HaAction.PublishReport or HaAction.WriteStatus or HaAction.WriteAlerts => RequestLimit(view.Policy) / 2,
            _ => RequestLimit(view.Policy),
        };
        using var limit = new CancellationTokenSource(allowed, time);
        using var request = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        try
        {
            return await TryAsync(view, action, request.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            state.StoreFailed = true;
            NoteFailure(action);
            unconfirmed.Tell(action, $"no answer within {allowed.TotalSeconds:0.##} s");
            return false;
        }
        catch (StoreUnavailableException exception)
        {
            state.StoreFailed = true;
            NoteFailure(action);
            unconfirmed.Tell(action, exception.Message);
            return false;
        }
    }

    private async Task<bool> TryAsync(ClusterView view, HaAction action, CancellationToken cancellationToken)
    {
        state.HasTouchedDatabase |= action
            is HaAction.Fence or HaAction.Begin or HaAction.Follow or HaAction.SetSynchronous or HaAction.SetMemberSlots;
        switch (action)
        {
            case HaAction.Fence:
                engine.Kill();
                return true;
            case HaAction.Begin begin:
                return Begin(view, begin.Work);
            case HaAction.Follow follow:
                await engine.FollowAsync(follow.Upstream, cancellationToken);
                return true;
            case HaAction.SetSynchronous set:
                await engine.SetSynchronousAsync(set.Wish, cancellationToken);
                return true;
            case HaAction.SetMemberSlots slots:
                return await SetMemberSlotsAsync(view, slots, cancellationToken);
            case HaAction.SitOut sitOut:
                state.Memory = state.Memory with { SitsOutUntil = sitOut.Until };
                return true;
            case HaAction.RaiseAlerts raise:
                Tell(view, raise);
                return true;
            case HaAction.AcceptRequest accept:
                return Accept(view, accept);
            case HaAction.RefuseRequest refuse:
                return Refuse(refuse);
            case HaAction.LookForNamesake look:
                var presence = await peers.LookForAsync(look.ApiUrl, view.Self, cancellationToken);
                state.Memory = state.Memory with { HasNamesake = presence == PeerPresence.Present };
                return true;
            case HaAction.AskLastLeader ask:
                await AskLastLeaderAsync(view, ask.Leader, cancellationToken);
                return true;
            case HaAction.AskMembers ask:
                await AskMembersAsync(view, ask.Members, cancellationToken);
                return true;
            case HaAction.Quit quit:
                state.QuitReason = quit.Why;
                return true;
            case HaAction.OpenSession:
                await OpenSessionAsync(view.Policy, cancellationToken);
                return true;
            case HaAction.RenewSession renew:
                return await RenewSessionAsync(view, renew.Session, cancellationToken);
            case HaAction.WriteApproval { Request: { LinkKey: null } request } ask:
                return await WriteAsync(view, ask with { Request = request with { LinkKey = new(Convert.ToBase64String(RandomNumberGenerator.GetBytes(LinkKey.Length))) } }, cancellationToken);
            default:
                return await WriteAsync(view, action, cancellationToken);
        }
    }

    /// <summary>What could not be set is asked for again a little later.</summary>
    private async Task<bool> SetMemberSlotsAsync(ClusterView view, HaAction.SetMemberSlots slots, CancellationToken cancellationToken)
    {
        // Until the engine says otherwise, which it cannot when it takes too long.
        state.Memory = state.Memory with { SlotsFailedAt = view.Now };
        var areSet = await engine.SetMemberSlotsAsync(slots.Members, cancellationToken);
        state.Memory = areSet ? state.Memory with { SlotsSet = [.. slots.Members.Keys], SlotsSetAt = view.Now, SlotsFailedAt = null } : state.Memory;
        return areSet;
    }

    /// <summary>Whoever begins to look knows what others have been told.</summary>
    private void Tell(ClusterView view, HaAction.RaiseAlerts raise)
    {
        foreach (var known in view.Memory.Alerts is null && raise.Board is not null ? AlertNotices.Known(state.Options.Scope, view, view.Store.Alerts) : [])
        {
            notifications?.Post(known);
        }

        foreach (var change in raise.Changes)
        {
            notifications?.Post(AlertNotices.Of(state.Options.Scope, view, change));
        }

        state.Memory = state.Memory with { Alerts = raise.Board, OwnAlerts = raise.Own };
    }

    /// <summary>Another member looks from now on, and knows from the store what was told.</summary>
    public void LeaveAlerts(ClusterView view, AlertBoard board)
    {
        foreach (var known in AlertNotices.Known(state.Options.Scope, view, board))
        {
            notifications?.Post(known with { IsLeft = true });
        }
    }

    /// <summary>What changes keys in the store.</summary>
    private static bool IsWrite(HaAction action) => action is not (
        HaAction.Fence or HaAction.Begin or HaAction.Follow or HaAction.SetSynchronous or HaAction.SetMemberSlots or HaAction.SitOut
        or HaAction.AcceptRequest or HaAction.RefuseRequest or HaAction.LookForNamesake or HaAction.AskMembers or HaAction.AskLastLeader or HaAction.Quit
        or HaAction.OpenSession or HaAction.RenewSession or HaAction.RaiseAlerts);

    /// <summary>A database that is about to accept writes is under every fence before it begins.</summary>
    private bool Begin(ClusterView view, DatabaseWork work)
    {
        if (work is DatabaseWork.Promote or DatabaseWork.StartPrimary or DatabaseWork.BootstrapGroup && !TryArm(view.MayServeUntil))
        {
            LogFenceMissing(work.GetType().Name);
            return false;
        }

        engine.Begin(work);
        return true;
    }

    /// <summary>Sets the deadline in every fence; false when one of them is not ready.</summary>
    public bool TryArm(TimeSpan fenceAt)
    {
        state.ArmedUntil = fenceAt;
        return fences.TryArm(fenceAt);
    }

    public void Disarm()
    {
        state.ArmedUntil = null;
        fences.Disarm();
    }

    private bool Accept(ClusterView view, HaAction.AcceptRequest accept)
    {
        if (state.Request is { Job: null } pending && pending.Request.Number == accept.Number)
        {
            var job = pending.Request is OperatorRequest.Restart ? DatabaseJobKind.Restart : DatabaseJobKind.Clone;

            // The job was begun just before, in this very turn.
            state.Request = pending with { Job = job, AcceptedAt = view.Now };
        }

        return true;
    }

    private bool Refuse(HaAction.RefuseRequest refuse)
    {
        if (state.Request is { } pending && pending.Request.Number == refuse.Number)
        {
            pending.Answer.TrySetResult(new ControlAnswer(ControlOutcome.Refused, refuse.Why));
            state.Request = null;
        }

        return true;
    }

    private async Task OpenSessionAsync(Policy policy, CancellationToken cancellationToken)
    {
        var before = time.GetElapsedTime(0);
        var session = await store.OpenSessionAsync(policy.TimeToLive, cancellationToken);
        state.Memory = state.Memory with { HasNamesake = false };
        state.Session = Renewed(session, before, policy.TimeToLive);
    }

    private async Task<bool> RenewSessionAsync(ClusterView view, SessionId session, CancellationToken cancellationToken)
    {
        // The deadline counts from before the renewal leaves: the store may have taken it up the moment after.
        var before = time.GetElapsedTime(0);
        switch (await store.KeepSessionAsync(session, cancellationToken))
        {
            case SessionKeeping.Alive:
                state.Session = Renewed(session, before, state.Session.TimeToLive);
                if (state.Memory.StoreFailedAt is not null)
                {
                    unconfirmed.TellKept();
                }

                state.Memory = state.Memory with { StoreFailedAt = null };

                // A lease that still stands under an earlier session ends with that one.
                if (state.ArmedUntil < state.Session.FenceAt && view.SelfHoldsLiveLease)
                {
                    TryArm(state.Session.FenceAt);
                }

                return true;
            case SessionKeeping.Ended:
                LogSessionEnded(session);
                ForgetSession();
                return false;
            default:
                state.StoreFailed = true;
                NoteFailure(new HaAction.RenewSession(session));
                return false;
        }
    }

    /// <summary>The store has ended it, or is not the one that opened it.</summary>
    private void ForgetSession()
    {
        state.Session = OwnSession.None;
        state.IsViewDoubtful = true;
    }

    /// <summary>A session that could not be kept is what makes a leader ask the members.</summary>
    private void NoteFailure(HaAction action)
    {
        if (action is HaAction.RenewSession or HaAction.OpenSession)
        {
            state.Memory = state.Memory with { StoreFailedAt = time.GetElapsedTime(0) };
        }
    }

    /// <summary>All must agree. What was promised before still holds when one of them does not.</summary>
    private async Task AskMembersAsync(ClusterView view, FailsafeMembers members, CancellationToken cancellationToken)
    {
        // The promises begin after this moment, so they end after what follows from it.
        var before = time.GetElapsedTime(0);
        state.Memory = state.Memory with { AskedMembersAt = before };
        var life = view.Policy.TimeToLive;
        var claim = new LeaderClaim(view.Self, life);
        var others = members.ApiUrls.Where(member => member.Key != view.Self).ToArray();
        var answers = await Task.WhenAll(others.Select(member => peers.ConfirmAsync(member.Value, claim, cancellationToken)));
        for (var index = 0; index < answers.Length; index++)
        {
            if (answers[index] is { } refusal)
            {
                LogNotConfirmed(others[index].Key, refusal);
                return;
            }
        }

        var until = before + life - Policy.SafetyMarginOf(life);
        state.Memory = state.Memory with { TrustedUntil = until };
        if (state.ArmedUntil is { } armed && armed < until)
        {
            TryArm(until);
        }
    }

    /// <summary>Its word counts from when it arrives, so that it is never taken for less than it says; nor for more than a lease's life.</summary>
    private async Task AskLastLeaderAsync(ClusterView view, LastLeader leader, CancellationToken cancellationToken)
    {
        var serving = await peers.AskLastWordAsync(leader.ApiUrl, cancellationToken);
        LogLastWord(leader.Name, serving);
        state.Memory = state.Memory with
        {
            LastLeader = leader with
            {
                IsAsked = true,
                ServesUntil = serving is LastWord.Serves { Remaining: var left }
                    ? time.GetElapsedTime(0) + (left < view.Policy.TimeToLive ? left : view.Policy.TimeToLive)
                    : null,
            },
        };
    }

    private static OwnSession Renewed(SessionId session, TimeSpan before, TimeSpan timeToLive) => new()
    {
        Id = session,
        TimeToLive = timeToLive,
        RenewedAt = before,
        FenceAt = before + timeToLive - Policy.SafetyMarginOf(timeToLive),
    };

    private async Task<bool> WriteAsync(ClusterView view, HaAction action, CancellationToken cancellationToken)
    {
        var transaction = Transactions.Of(
            view, action, keys, state.Options with { InitialConfiguration = state.Configuration ?? state.Options.InitialConfiguration }, state.Audit);
        var before = state.Memory;
        state.Memory = Doubt(before, action);
        var result = await CommitAsync(transaction, before, cancellationToken);
        switch (result.Outcome)
        {
            case CommitOutcome.Committed:
                state.Memory = state.Memory with { IsLeaseInDoubt = false };
                Remember(view, action, result.Revision);
                return true;
            case CommitOutcome.SessionEnded when action is not HaAction.HandOver:
                if (state.Session.Id is { } ended)
                {
                    LogSessionEnded(ended);
                }

                ForgetSession();
                return false;
            case CommitOutcome.Unknown:
                state.StoreFailed = true;
                unconfirmed.Tell(action, "its fate is unknown");
                return false;
            default:
                state.Memory = state.Memory with { IsLeaseInDoubt = false };
                state.IsViewDoubtful = true;
                unconfirmed.Tell(action, "the store has moved on meanwhile");
                return false;
        }
    }

    /// <summary>
    /// The watch tells late what a write did, and a write without an answer may still happen. Until the view shows it, whatever
    /// would be wrong after that write is not done either.
    /// </summary>
    private static AgentMemory Doubt(AgentMemory memory, HaAction action) => action switch
    {
        HaAction.ReleaseLease release => memory with { GivenAway = release.Term, TrustedUntil = null },
        HaAction.HandOver hand => memory with { GivenAway = hand.Term, TrustedUntil = null },
        HaAction.AcquireLease => memory with { IsLeaseInDoubt = true },
        HaAction.WriteSync write => memory with { SyncInDoubt = write.SyncRevision },
        HaAction.RecordRoute => memory with { Takeover = memory.Takeover with { RouteTries = memory.Takeover.RouteTries + 1 } },
        _ => memory,
    };

    private async Task<CommitResult> CommitAsync(StoreTransaction transaction, AgentMemory before, CancellationToken cancellationToken)
    {
        try
        {
            return await store.CommitAsync(transaction, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            // This one promises that nothing was written.
            state.Memory = before;
            throw;
        }
    }

    private void Remember(ClusterView view, HaAction action, Revision revision)
    {
        var now = time.GetElapsedTime(0);
        state.Memory = action switch
        {
            HaAction.PublishReport => state.Memory with
            {
                ReportedAt = now,
                DownReport = view.Memory.DownSince is null ? null : revision,
            },
            HaAction.WriteStatus => state.Memory with { StatusWrittenAt = now },
            HaAction.RecordFencing record => state.ForgetFencing(record.Fencing),
            HaAction.RecordRoute => state.Memory with { Takeover = state.Memory.Takeover with { IsRouted = true } },
            HaAction.WriteAlerts write => state.Memory with { AlertsWritten = new(write.Replaces, now) },
            _ => state.Memory,
        };
    }

    /// <summary>One request never takes so long that the lease could suffer from waiting for it.</summary>
    private static TimeSpan RequestLimit(Policy policy) =>
        TimeSpan.FromTicks(Math.Clamp(policy.RenewEvery.Ticks / 2, TimeSpan.TicksPerMillisecond * 200, TimeSpan.TicksPerSecond * 2));

    /// <summary>An answer that comes after the database was fenced helps nobody.</summary>
    private TimeSpan AskLimit(ClusterView view) => TimeSpan.FromTicks(Math.Clamp(
        (view.MayServeUntil - time.GetElapsedTime(0)).Ticks - (TimeSpan.TicksPerMillisecond * 50),
        TimeSpan.TicksPerMillisecond * 200,
        TimeSpan.TicksPerSecond * 2));

    [LoggerMessage(1205, LogLevel.Information, "{Leader}, which led last, was asked whether its database still serves: {Answer}")]
    private partial void LogLastWord(MemberName leader, LastWord answer);

    [LoggerMessage(1204, LogLevel.Warning, "{Member} does not confirm this leader: {Why}")]
    private partial void LogNotConfirmed(MemberName member, string why);

    [LoggerMessage(1202, LogLevel.Warning, "The session {Session} has ended in the store")]
    private partial void LogSessionEnded(SessionId session);

    [LoggerMessage(1203, LogLevel.Error, "{Work} is refused: a fence that is required is not ready")]
    private partial void LogFenceMissing(string work);
}
