using Holdfast.Decisions.Leadership;
using Holdfast.Model;

namespace Holdfast.Decisions.Groups;

/// <summary>How an agent ends: its server leaves the group in good order, after it has handed over if it was the primary.</summary>
internal static class Leaving
{
    public static readonly TimeSpan PoliteBudget = TimeSpan.FromSeconds(30);

    public static Decision Decide(ClusterView view) => view switch
    {
        { Policy.IsPaused: true } =>
            new(Rule.ShutDown, "the agent ends; the cluster is paused, so the server goes on without it"),

        { Database.IsBusy: true } when view.Database.IsDoing(DatabaseJobKind.Stop) || view.Database.IsDoing(DatabaseJobKind.ElectPrimary) =>
            new(Rule.StopForShutdown, $"the agent ends; {Words.Of(view.Database.Job!.Kind)} is under way"),

        { Database.IsBusy: false, SelfHoldsLiveLease: true, Database.Group: { IsServing: true, IsMultiPrimary: false, Own.IsPrimary: true } }
            when Handover.Candidate(view, null) is { } successor && Following.BackOff(view, DatabaseJobKind.ElectPrimary) is null =>
            new(Rule.ElectPrimary, $"the agent ends; the group is asked to make {successor.Name} its primary",
                new HaAction.Begin(new DatabaseWork.ElectPrimary(successor.Group!.ServerId!))),

        { Database.IsDown: false } or { Database.IsBusy: true } =>
            new(Rule.StopForShutdown, "the agent ends, and the server stops with it",
                new HaAction.Begin(new DatabaseWork.Stop(PoliteBudget))),

        { SelfHoldsLiveLease: true } =>
            new(Rule.ReleaseForShutdown, "the agent ends, and nobody is the primary", new HaAction.ReleaseLease(view.Store.Lease!.Term)),

        _ => new(Rule.ShutDown, "the agent ends; the server is down"),
    };
}
