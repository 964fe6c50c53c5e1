using System.Collections.Immutable;
using Holdfast.Router.Loops;
using Microsoft.Extensions.Logging;

namespace Holdfast.Router.Clusters;

/// <summary>One cluster: the table that everybody routes by, and its part on every loop.</summary>
internal sealed partial class ClusterRouter
{
    private readonly ILogger logger;
    private int connections;
    private int held;
    private int attached;
    private readonly RouteTimer timer = new();
    private volatile RouteTable table = RouteTable.Empty;

    public ClusterRouter(RouterClusterOptions options, ImmutableArray<Loop> loops, TimeProvider time, ILogger logger)
    {
        Options = options;
        Time = time;
        this.logger = logger;
        Parts = [.. loops.Select(loop => new LoopCluster(loop, this))];
    }

    public RouterClusterOptions Options { get; }

    public TimeProvider Time { get; }

    public TimeSpan Now => Time.GetElapsedTime(0);

    public ImmutableArray<LoopCluster> Parts { get; }

    public RouteTable Table => table;

    public int Connections => Volatile.Read(ref connections);

    public int HeldNow => Volatile.Read(ref held);

    /// <summary>How long after the last change of leader was known the first byte came from the new primary; zero until it did.</summary>
    public TimeSpan LastRouteTime => timer.Last;

    /// <summary>The last change of leader after which a client was served; null while there was none.</summary>
    public ServedTerm? LastServed => timer.Served;

    /// <summary>Every loop goes by the new table from its next step on; connections that must not go on are cut, those that wait look again.</summary>
    public void Publish(RouteTable next)
    {
        if (next.Plan.Term != table.Plan.Term && table.Number > 0)
        {
            timer.Changed(next.Plan.Term, Now);
        }

        if (next.Primary is { } primary && primary != table.Primary)
        {
            primary.Renew(Now);
        }

        if (next.Primary is not null)
        {
            timer.Known(Now);
        }

        LogChange(table, next);
        table = next;
        foreach (var part in Parts)
        {
            part.Loop.Post(part.OnTableChanged);
        }

        OnChange?.Invoke();
    }

    /// <summary>How many sessions have a primary's connection: a switchover waits until none has.</summary>
    public int AttachedNow => Volatile.Read(ref attached);

    /// <summary>Called, on any thread, when there is a new table, and when the last session has given its primary's connection up.</summary>
    public Action? OnChange { get; set; }

    public void Attached(int change)
    {
        if (Interlocked.Add(ref attached, change) == 0 && change < 0)
        {
            OnChange?.Invoke();
        }
    }

    /// <summary>Called, on any thread, when the first client is served after a change of leader.</summary>
    public Action? OnServed { get; set; }

    public void CountConnection(int change) => Interlocked.Add(ref connections, change);

    /// <summary>Takes one of the places for those that wait; false when there is none left.</summary>
    public bool TryHold()
    {
        if (Interlocked.Increment(ref held) <= Options.HeldMax)
        {
            return true;
        }

        Interlocked.Decrement(ref held);
        return false;
    }

    public void EndHold() => Interlocked.Decrement(ref held);

    /// <summary>A client is taken to a member.</summary>
    public void NoteAsked(Target to)
    {
        if (timer.IsRunning && table.Primary == to)
        {
            timer.Asked(Now);
        }
    }

    /// <summary>The first byte from a primary: the end of a change of leader, as clients feel it.</summary>
    public void NoteFirstByte(Target from)
    {
        if (timer.IsRunning && table.Primary == from && timer.End(Now))
        {
            LogRouted(Options.Scope, from.Name.Text, LastRouteTime.TotalMilliseconds);
            OnServed?.Invoke();
        }
    }

    private void LogChange(RouteTable before, RouteTable next)
    {
        if (next.Primary is { } primary && (primary != before.Primary || next.Plan.Term != before.Plan.Term))
        {
            LogPrimary(Options.Scope, primary.Name.Text, next.Plan.Term.Number);
        }
        else if (next.Primary is null && (before.Primary is not null || before.Number == 0))
        {
            LogNoPrimary(Options.Scope, next.Plan.Reason);
        }
    }

    [LoggerMessage(3910, LogLevel.Information, "Cluster {Scope}: writes go to {Primary}, term {Term}")]
    private partial void LogPrimary(string scope, string primary, long term);

    [LoggerMessage(3911, LogLevel.Warning, "Cluster {Scope} has no primary ({Reason}): new connections wait")]
    private partial void LogNoPrimary(string scope, string reason);

    [LoggerMessage(3912, LogLevel.Information, "Cluster {Scope}: the first byte from {Primary} came {Milliseconds:0.0} ms after it was known to lead")]
    private partial void LogRouted(string scope, string primary, double milliseconds);
}
