using System.Net;
using Holdfast.Router.Clusters;
using Holdfast.Router.Loops;
using Microsoft.Extensions.Logging;

namespace Holdfast.Router.Accepting;

/// <summary>One port of one cluster: takes connections and gives each to the loop that has least to do.</summary>
internal sealed partial class Listener : IAcceptance, IDisposable
{
    private static readonly TimeSpan LogAgainAfter = TimeSpan.FromSeconds(10);
    private readonly Acceptor acceptor;
    private readonly ClusterRouter cluster;
    private readonly ServeConnection serve;
    private readonly Func<bool> hasRoomInAll;
    private readonly ILogger logger;
    private long exhaustedMs = long.MinValue;

    /// <exception cref="System.Net.Sockets.SocketException">The address is in use, or not this host's.</exception>
    public Listener(IPEndPoint address, ClusterRouter cluster, ServeConnection serve, Func<bool> hasRoomInAll, ILogger logger)
    {
        acceptor = new(address);
        this.cluster = cluster;
        this.serve = serve;
        this.hasRoomInAll = hasRoomInAll;
        this.logger = logger;
    }

    public delegate Task ServeConnection(LoopCluster part, LoopSocket client);

    public IPEndPoint Address => acceptor.Address;

    public bool HasRoom => hasRoomInAll() && cluster.Connections < cluster.Options.ConnectionsMax;

    public void Begin()
    {
        foreach (var part in cluster.Parts)
        {
            part.Loop.Post(() => acceptor.Serve(part.Loop, this));
        }
    }

    public void Take(Loop loop, int descriptor)
    {
        SocketTuning.Apply(descriptor);
        var best = cluster.Parts[loop.Number];
        foreach (var part in cluster.Parts)
        {
            best = part.Loop.Load < best.Loop.Load ? part : best;
        }

        if (best.Loop == loop)
        {
            Serve(best, descriptor);
        }
        else
        {
            best.Loop.Post(() => Serve(best, descriptor));
        }
    }

    public void Exhausted(int error)
    {
        var nowMs = (long)cluster.Now.TotalMilliseconds;
        if (nowMs - Volatile.Read(ref exhaustedMs) > LogAgainAfter.TotalMilliseconds)
        {
            Volatile.Write(ref exhaustedMs, nowMs);
            LogExhausted(Address, error);
        }
    }

    public void Dispose() => acceptor.Dispose();

    private void Serve(LoopCluster part, int descriptor)
    {
        part.Traffic.Accepted++;
#pragma warning disable CA2000 // Whoever serves it closes it.
        _ = GuardAsync(part, new LoopSocket(part.Loop, descriptor));
#pragma warning restore CA2000
    }

    private async Task GuardAsync(LoopCluster part, LoopSocket client)
    {
        try
        {
            await serve(part, client);
        }
#pragma warning disable CA1031 // The edge of a connection: what went wrong with this one must not touch the others.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            client.Reset();
            LogFailed(exception);
        }
    }

    [LoggerMessage(3920, LogLevel.Error, "{Address} takes no more connections for now: the system has no descriptors or memory left (errno {Error}). Raise the limit of open files, or lower max_connections")]
    private partial void LogExhausted(IPEndPoint address, int error);

    [LoggerMessage(3921, LogLevel.Error, "A connection failed by a fault in the router's own code")]
    private partial void LogFailed(Exception exception);
}
