using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;

namespace Holdfast.Decisions;

/// <summary>
/// The closed set of things an agent can be told to do. Each is so specific that nothing is left to choose; those that write to
/// the store name the term or revision that they were decided on, so that the store refuses what is stale.
/// </summary>
public abstract record HaAction
{
    private HaAction()
    {
    }

    public sealed record OpenSession : HaAction;

    /// <summary>Asks at the address that the store has for this member's name whether somebody with that name is there.</summary>
    public sealed record LookForNamesake(string ApiUrl) : HaAction;

    /// <summary>Ends the agent where it is; nothing is stopped or given away.</summary>
    public sealed record Quit(string Why) : HaAction;

    public sealed record RenewSession(SessionId Session) : HaAction;

    /// <summary>Takes the leader key. <c>Replaces</c> is the term of this member's own earlier life, or none for a free key.</summary>
    /// <param name="Session">This member's own.</param>
    /// <param name="Replaces">See above.</param>
    /// <param name="SyncRevision">Of the synchronous set that lets this member lead.</param>
    /// <param name="FailsafeRevision">Of the list of members that lets this member lead; null while failsafe mode is off.</param>
    public sealed record AcquireLease(SessionId Session, Term Replaces, Revision SyncRevision, Revision? FailsafeRevision) : HaAction
    {
        /// <summary>Of the approval that lets this member lead; null when it needs none.</summary>
        public Revision? ApprovalRevision { get; init; }
    }

    /// <summary>Asks people whether this member may lead, or closes what was asked.</summary>
    /// <param name="Request">As it is to be.</param>
    /// <param name="Replaces">Of the key as it was read.</param>
    public sealed record WriteApproval(ApprovalRequest Request, Revision Replaces) : HaAction;

    /// <summary>Tells people, and remembers what they were told.</summary>
    /// <param name="Board">What this member knows as the evaluator; null while it is not.</param>
    /// <param name="Own">What it tells of itself.</param>
    /// <param name="Changes">What is told.</param>
    public sealed record RaiseAlerts(AlertBoard? Board, AlertBoard Own, ImmutableArray<AlertChange> Changes) : HaAction
    {
        public bool Equals(RaiseAlerts? other) => other is not null && Equals(Board, other.Board) && Own.Equals(other.Own) && Changes.SequenceEqual(other.Changes);

        public override int GetHashCode() => Changes.Length;
    }

    /// <summary>So that the next evaluator goes on where this one is.</summary>
    public sealed record WriteAlerts(AlertBoard Board, Revision Replaces) : HaAction;

    /// <summary>Says who led last, for when that one is gone.</summary>
    public sealed record RecordLeader(Term Term) : HaAction;

    /// <summary>Writes down how long it took until clients were served by the new primary.</summary>
    /// <param name="Report">The router's word, as it was read.</param>
    /// <param name="Took">By this member's clock.</param>
    public sealed record RecordRoute(RouteReport Report, TimeSpan Took) : HaAction;

    /// <summary>Writes down that the database here was fenced.</summary>
    public sealed record RecordFencing(Fencing Fencing) : HaAction;

    /// <summary>Asks a member that has lost the lease whether its database still accepts writes.</summary>
    public sealed record AskLastLeader(LastLeader Leader) : HaAction;

    /// <summary>Asks every other member in the list to confirm this leader past the store.</summary>
    public sealed record AskMembers(FailsafeMembers Members) : HaAction;

    public sealed record WriteFailsafe(Term Term, ImmutableSortedDictionary<MemberName, string> ApiUrls) : HaAction
    {
        public bool Equals(WriteFailsafe? other) => other is not null && Term == other.Term && ApiUrls.SequenceEqual(other.ApiUrls);

        public override int GetHashCode() => HashCode.Combine(Term, ApiUrls.Count);
    }

    public sealed record ReleaseLease(Term Term) : HaAction;

    /// <summary>Gives the leader key to another member's session in one step; the status and a planned request go with it.</summary>
    public sealed record HandOver(
        Term Term,
        MemberName To,
        SessionId ToSession,
        Revision SyncRevision,
        LogPosition? FinalPosition,
        SwitchoverRequest? Switchover) : HaAction;

    /// <summary>Claims the right to make the first database of this cluster.</summary>
    public sealed record ClaimInitialization(SessionId Session) : HaAction;

    /// <summary>Names the system of this cluster and takes its first lease, in one step.</summary>
    public sealed record CompleteInitialization(SessionId Session, string SystemId, Revision Claim) : HaAction;

    public sealed record AbandonInitialization(Revision Claim) : HaAction;

    public sealed record WriteSync(Term Term, Revision SyncRevision, SyncState Sync) : HaAction;

    public sealed record WriteStatus(Term Term, ClusterStatus Status) : HaAction;

    public sealed record WriteHistory(Term Term, Revision HistoryRevision, ImmutableArray<TimelineChange> History) : HaAction
    {
        public bool Equals(WriteHistory? other) =>
            other is not null && Term == other.Term && HistoryRevision == other.HistoryRevision && History.SequenceEqual(other.History);

        public override int GetHashCode() => HashCode.Combine(Term, HistoryRevision, History.Length);
    }

    public sealed record ClearSwitchover(Revision Revision) : HaAction;

    public sealed record PublishReport(MemberReport Report) : HaAction;

    public sealed record Begin(DatabaseWork Work) : HaAction;

    public sealed record Follow(Upstream? Upstream) : HaAction;

    public sealed record SetSynchronous(SyncSetting Wish) : HaAction;

    public sealed record SetMemberSlots(ImmutableSortedDictionary<MemberName, LogPosition> Members) : HaAction;

    /// <summary>Kills the database at once.</summary>
    public sealed record Fence : HaAction;

    /// <summary>Does not run for leader for a while.</summary>
    public sealed record SitOut(TimeSpan Until) : HaAction;

    /// <summary>The operator's request was begun; its job tells the rest.</summary>
    public sealed record AcceptRequest(long Number) : HaAction;

    /// <summary>The operator's request cannot be carried out.</summary>
    public sealed record RefuseRequest(long Number, string Why) : HaAction;
}
