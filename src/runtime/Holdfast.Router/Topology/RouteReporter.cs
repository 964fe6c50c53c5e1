using Holdfast.ClusterState;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Router.Clusters;
using Holdfast.StoreLayout;
using Microsoft.Extensions.Logging;

namespace Holdfast.Router.Topology;

/// <summary>Says in the store that a client was served after a change of leader, where no router was first. The leader writes it into the audit trail.</summary>
internal sealed partial class RouteReporter : IDisposable
{
    private readonly SemaphoreSlim news = new(0);
    private readonly IConsensusStore store;
    private readonly ClusterRouter cluster;
    private readonly ClusterTopology topology;
    private readonly string key;
    private readonly string name;
    private readonly ILogger logger;

    public RouteReporter(IConsensusStore store, ClusterRouter cluster, ClusterTopology topology, ClusterKeys keys, string name, ILogger logger)
    {
        this.store = store;
        this.cluster = cluster;
        this.topology = topology;
        this.name = name;
        this.logger = logger;
        key = keys.Route;
        cluster.OnServed = () => news.Release();
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await news.WaitAsync(stopping);
                if (cluster.LastServed is { } served)
                {
                    await TellAsync(served, stopping);
                }
            }
            catch (StoreUnavailableException exception)
            {
                // Nobody waits for it: the audit trail lacks how long this change took to reach clients.
                LogNotTold(cluster.Options.Scope, exception.Message);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    public void Dispose() => news.Dispose();

    private async Task TellAsync(ServedTerm served, CancellationToken stopping)
    {
        var (known, revision) = topology.Route;
        if (known?.Term == served.Term)
        {
            return;
        }

        var report = new RouteReport(served.Term, name, served.Idle, IsRecorded: false, Revision.Absent);
        await store.CommitAsync(new([new(key, revision)], [new StoreWrite.Put(key, Documents.ToText(report), null)]), stopping);
    }

    [LoggerMessage(3960, LogLevel.Information, "Cluster {Scope}: the store was not told when clients were served again: {Why}")]
    private partial void LogNotTold(string scope, string why);
}
