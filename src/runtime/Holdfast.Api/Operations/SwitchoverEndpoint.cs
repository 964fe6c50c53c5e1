using Holdfast.Api.Serving;
using Holdfast.Api.Status;
using Holdfast.Model;
using Holdfast.Ports.Control;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Operations;

/// <summary>Asks for another leader, and waits for the outcome.</summary>
internal sealed class SwitchoverEndpoint(IMemberControl control, TimeProvider time)
{
    public const string Switchover = "switchover";
    public const string Failover = "failover";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    // A new leader whose promotion takes longer than this is announced before it takes writes.
    private static readonly TimeSpan PromotionWait = TimeSpan.FromSeconds(5);

    public async Task<Reply> PostAsync(RequestBody body, string asked, MemberSnapshot snapshot, RestLimits limits, CancellationToken cancellationToken)
    {
        if (snapshot.View is not { } view)
        {
            return Reply.Words(StatusCodes.Status503ServiceUnavailable, "this member does not know its cluster yet");
        }

        var leader = Name(body.Text("leader"));
        var candidate = Name(body.Text("candidate") ?? body.Text("member"));
        var scheduledAt = body.Text("scheduled_at");
        if (Nonsense(asked, leader, candidate, scheduledAt, view) is { } words)
        {
            return Reply.Words(StatusCodes.Status400BadRequest, words);
        }

        // A failover that names the leader is a switchover, as in Patroni.
        var action = asked == Failover && leader is not null ? Switchover : asked;
        var schedule = scheduledAt is null ? null : Schedule.Parse(scheduledAt, action, snapshot.UtcNow);
        if (schedule?.Refusal is { } refusal)
        {
            return refusal;
        }

        if (schedule is null && SwitchoverRules.Refusal(action, leader, candidate, view) is { } impossible)
        {
            return Reply.Words(StatusCodes.Status412PreconditionFailed, impossible);
        }

        var request = new SwitchoverRequest(leader, candidate, schedule?.At, null, Revision.Absent);
        var answer = await control.RequestSwitchoverAsync(request, cancellationToken);
        return answer.Outcome switch
        {
            ControlOutcome.Done when schedule is null => await WaitAsync(action, view.Store.Lease?.Holder, candidate, limits, cancellationToken),
            ControlOutcome.Done or ControlOutcome.Scheduled => Reply.Words(StatusCodes.Status202Accepted, $"{Titled(action)} scheduled"),
            ControlOutcome.BadRequest => Reply.Words(StatusCodes.Status400BadRequest, answer.Words),
            ControlOutcome.Refused => Reply.Words(StatusCodes.Status412PreconditionFailed, answer.Words),
            ControlOutcome.Conflict => Reply.Words(StatusCodes.Status409Conflict, answer.Words),
            _ => Reply.Words(StatusCodes.Status503ServiceUnavailable, answer.Words.Length > 0 ? answer.Words : "failed to write failover key into DCS"),
        };
    }

    public async Task<Reply> DeleteAsync(MemberSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.View?.Store.Switchover is not { ScheduledAt: not null })
        {
            return Reply.Words(StatusCodes.Status404NotFound, "no switchover is scheduled");
        }

        var answer = await control.CancelSwitchoverAsync(cancellationToken);
        return answer.Outcome switch
        {
            ControlOutcome.Done => Reply.Words(StatusCodes.Status200OK, "scheduled switchover deleted"),
            ControlOutcome.Refused => Reply.Words(StatusCodes.Status404NotFound, "no switchover is scheduled"),
            ControlOutcome.Conflict => Reply.Words(StatusCodes.Status409Conflict, answer.Words),
            _ => Reply.Words(StatusCodes.Status503ServiceUnavailable, answer.Words),
        };
    }

    private static string? Nonsense(string action, MemberName? leader, MemberName? candidate, string? scheduledAt, ClusterView view) =>
        (action, leader, candidate, scheduledAt) switch
        {
            (Failover, _, null, _) => "Failover could be performed only to a specific candidate",
            (Switchover, null, _, _) => "Switchover could be performed only from a specific leader",
            (Failover, _, _, not null) => "Failover can't be scheduled",
            (_, _, _, not null) when view.Policy.IsPaused => "Can't schedule switchover in the paused state",
            (_, _, null, _) when view.Policy.IsPaused => "Switchover is possible only to a specific candidate in a paused state",
            _ when leader == candidate => "Switchover target and source are the same",
            _ => null,
        };

    private async Task<Reply> WaitAsync(string action, MemberName? leader, MemberName? candidate, RestLimits limits, CancellationToken cancellationToken)
    {
        var limit = limits.SwitchoverWait ?? LimitOf(control.View);
        var started = time.GetTimestamp();
        var wasSeen = false;
        TimeSpan? changedAt = null;
        while (time.GetElapsedTime(started) is var waited && waited < limit)
        {
            await Task.Delay(LookEvery, time, cancellationToken);
            var store = control.View?.Store;
            wasSeen |= store?.Switchover is not null;
            if (store?.Lease?.Holder is { } holder && holder != leader)
            {
                changedAt ??= waited;
                if (HasPromoted(store, holder) || waited - changedAt > PromotionWait)
                {
                    return Succeeded(action, holder, candidate);
                }
            }
            else if (store is { Switchover: null, Lease: not null } && (wasSeen || waited > PromotionWait))
            {
                return Reply.Words(StatusCodes.Status503ServiceUnavailable, $"{Titled(action)} failed");
            }
        }

        return Reply.Words(
            StatusCodes.Status503ServiceUnavailable,
            $"{Titled(action)} status unknown after {(int)limit.TotalSeconds} seconds; operation may still be in progress");
    }

    private static bool HasPromoted(StoreView store, MemberName holder) =>
        store.Members.Any(member => member.Name == holder && member is { Role: DatabaseRole.Primary, State: MemberState.Running });

    private static TimeSpan LimitOf(ClusterView? view) =>
        2 * TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerSecond * 10, view?.Policy.LoopWait.Ticks ?? 0));

    private static Reply Succeeded(string action, MemberName holder, MemberName? candidate) => Reply.Words(
        StatusCodes.Status200OK,
        candidate is null || candidate == holder
            ? $"Successfully {action[..^4]}ed over to \"{holder}\""
            : $"{Titled(action[..^4])}ed over to \"{holder}\" instead of \"{candidate}\"");

    private static MemberName? Name(string? text) => text is null ? null : new(text);

    private static string Titled(string action) => char.ToUpperInvariant(action[0]) + action[1..];
}
