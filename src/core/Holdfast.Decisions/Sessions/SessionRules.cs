using Holdfast.Model;

namespace Holdfast.Decisions.Sessions;

/// <summary>When the session in the store is opened and renewed.</summary>
public static class SessionRules
{
    public static Decision Decide(ClusterView view) => view switch
    {
        { Store.IsKnown: false } => new(Rule.WaitForStore, "the store has not answered yet"),

        { Session.Id: null } => new(Rule.OpenSession, "this member has no session", new HaAction.OpenSession()),

        { Session: { Id: { } session } own } when view.Now - own.RenewedAt >= view.Policy.RenewEvery =>
            new(Rule.RenewSession, "the session is due for renewal", new HaAction.RenewSession(session)),

        _ => new(Rule.KeepSession, "the session is fresh"),
    };
}
