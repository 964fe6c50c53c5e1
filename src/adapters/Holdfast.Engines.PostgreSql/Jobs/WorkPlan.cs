using Holdfast.Engines.Jobs;
using Holdfast.Model;

namespace Holdfast.Engines.PostgreSql.Jobs;

/// <summary>Who does which work.</summary>
internal sealed class WorkPlan(ServerJobs server, BootstrapJob bootstrap, CloneJob clone, RewindJob rewind)
{
    public Task<string> RunAsync(DatabaseWork work, JobContext context) => work switch
    {
        DatabaseWork.Bootstrap => bootstrap.RunAsync(context),
        DatabaseWork.CloneFrom copy => clone.RunAsync(copy.Source, context),
        DatabaseWork.RewindTo onto => rewind.RunAsync(onto.Source, context),
        DatabaseWork.StartPrimary => server.StartPrimaryAsync(context),
        DatabaseWork.StartReplica start => server.StartReplicaAsync(start.Upstream, context),
        DatabaseWork.Stop stop => server.StopAsync(stop.PoliteBudget, context),
        DatabaseWork.Restart => server.RestartAsync(context),
        DatabaseWork.Promote promote => server.PromoteAsync(promote.Limit, context),
        DatabaseWork.Checkpoint => server.CheckpointAsync(context),
        _ => throw new ArgumentOutOfRangeException(nameof(work), work, "unknown work"),
    };
}
