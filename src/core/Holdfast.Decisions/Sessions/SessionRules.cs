using Holdfast.Decisions.Leadership;
using Holdfast.Model;

namespace Holdfast.Decisions.Sessions;

/// <summary>When the session in the store is opened and renewed.</summary>
public static class SessionRules
{
    public static Decision Decide(ClusterView view) => view switch
    {
        { Store.IsKnown: false } => new(Rule.WaitForStore, "the store has not answered yet"),

        // Before another try of the store, which may take a while to fail.
        { Database.Group: null } when Failsafe.MembersToAsk(view) is { } members =>
            new(Rule.AskMembers, "the store does not answer: every member is asked to confirm this leader", new HaAction.AskMembers(members)),

        { Session.Id: null, Memory.HasNamesake: true } =>
            new(Rule.RefuseName, $"there is already a node named '{view.Self}' running",
                new HaAction.Quit($"Can't start; there is already a node named '{view.Self}' running, which answers at {view.OwnReport?.ApiUrl}. Give this member another name, or stop that one.")),

        // A key under the same address is this member's own, from an earlier life of its agent: two cannot listen there.
        { Session.Id: null, Memory.HasNamesake: null, OwnReport: { Session: not null, ApiUrl: { Length: > 0 } known } } when known != view.ApiUrl =>
            new(Rule.CheckName, $"the store has a member of this name at {known}: is somebody there?", new HaAction.LookForNamesake(known)),

        { Session.Id: null } => new(Rule.OpenSession, "this member has no session", new HaAction.OpenSession()),

        // The keys of the old session are written anew under the new one; a busy database is not made to doubt its lease meanwhile.
        { Session.TimeToLive: var lives } when lives != view.Policy.TimeToLive && !view.Database.IsBusy && !LeadershipRules.IsInitializing(view) =>
            new(Rule.OpenSession, "the time to live was changed, and a session keeps the one that it was opened with", new HaAction.OpenSession()),

        { Session: { Id: { } session } own } when view.Now - own.RenewedAt >= view.Policy.RenewEveryOf(own.TimeToLive) =>
            new(Rule.RenewSession, "the session is due for renewal", new HaAction.RenewSession(session)),

        _ => new(Rule.KeepSession, "the session is fresh"),
    };
}
