using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Simulation.Checks;
using Holdfast.Simulation.Network;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Database;

/// <summary>Streaming of one server: the connection to its upstream, and those of the standbys that stream from it.</summary>
internal sealed class Replication(
    DatabaseServer server,
    IReadOnlyList<DatabaseServer> all,
    Scheduler scheduler,
    SimRandom random,
    SimNetwork network,
    IClusterCheck check,
    Trace trace)
{
    private readonly List<StandbyLink> standbys = [];
    private StandbyLink? receiver;
    private int attempts;

    public bool IsReceiving => receiver is { IsOpen: true };

    /// <summary>Every standby that is connected has everything.</summary>
    public bool HasSentEverything => standbys.TrueForAll(link => link.Known >= server.Directory.Flushed);

    public ImmutableArray<StandbyConnection> Standbys =>
    [
        .. standbys.Select(link => new StandbyConnection(
            link.Standby.Name,
            link.HasCaughtUp,
            link.HasCaughtUp && server.IsWaitedFor(link.Standby.Name),
            DataDirectory.Position(link.Known))),
    ];

    public int? FlushedBy(MemberName standby)
    {
        foreach (var link in standbys)
        {
            if (link.HasCaughtUp && link.Standby.Name == standby)
            {
                return link.Known;
            }
        }

        return null;
    }

    public bool Any(int end) => standbys.Exists(link => link.HasCaughtUp && link.Known >= end);

    /// <summary>Connects to the upstream that the replica is told to stream from, again and again until it works.</summary>
    public void StartReceiving()
    {
        StopReceiving();
        if (server.Directory.Upstream is not null)
        {
            TryLater(++attempts, random.Milliseconds(1, 30));
        }
    }

    public void StopReceiving()
    {
        attempts++;
        if (receiver is { } link)
        {
            receiver = null;
            link.Close();
            var learns = network.Reaches(server.Place, link.Upstream.Place) && !server.Process.IsDead ? network.Latency() : random.Seconds(1.5, 3);
            link.Upstream.Process.After(learns, () => link.Upstream.Replication.Left(link));
        }
    }

    public void SendAll()
    {
        foreach (var link in standbys)
        {
            Send(link);
        }
    }

    public void ProcessEnded()
    {
        StopReceiving();
        foreach (var link in standbys.ToArray())
        {
            // The peer learns it at once if the line works, and by its time-out otherwise.
            Forget(link);
            if (network.Reaches(server.Place, link.Standby.Place) && !server.Process.IsDead)
            {
                link.Standby.Process.After(network.Latency(), () => link.Standby.Replication.Lost(link));
            }
            else
            {
                link.Standby.Process.After(random.Seconds(1.5, 3), () => link.Standby.Replication.Lost(link));
            }
        }
    }

    /// <summary>The network or a peer has changed: lines that work again go on, and those that do not end after a while.</summary>
    public void LookAtLines()
    {
        foreach (var link in standbys)
        {
            if (IsHealthy(link))
            {
                link.IsOnTheWay = false;
                Reported(link);
            }
            else if (!link.IsDoubted)
            {
                link.IsDoubted = true;
                scheduler.At(scheduler.Now + random.Seconds(1.5, 3), new Work(null, () => EndIfStillBroken(link)));
            }
        }
    }

    private static bool IsAlive(StandbyLink link) =>
        link.IsOpen && link.UpstreamLife == link.Upstream.Life && link.StandbyLife == link.Standby.Life;

    private bool IsHealthy(StandbyLink link) =>
        network.AreConnected(link.Upstream.Place, link.Standby.Place)
        && !link.Upstream.Process.IsFrozen && !link.Standby.Process.IsFrozen
        && !link.Upstream.Process.IsDead && !link.Standby.Process.IsDead;

    private void EndIfStillBroken(StandbyLink link)
    {
        link.IsDoubted = false;
        if (link.IsOpen && !IsHealthy(link))
        {
            link.Close();
            Forget(link);
            link.Standby.Process.After(TimeSpan.Zero, () => link.Standby.Replication.Lost(link));
            server.Process.After(TimeSpan.Zero, server.Woken);
        }
    }

    private void Forget(StandbyLink link)
    {
        standbys.Remove(link);
        link.Close();
    }

    private void Left(StandbyLink link)
    {
        if (standbys.Remove(link))
        {
            server.Woken();
        }
    }

    private void Lost(StandbyLink link)
    {
        if (receiver == link)
        {
            receiver = null;
            server.Woken();
            TryLater(++attempts, random.Milliseconds(50, 600));
        }
    }

    private void TryLater(int attempt, TimeSpan delay)
    {
        var life = server.Life;
        server.Process.After(delay, () =>
        {
            if (attempt != attempts || life != server.Life || server.Directory.Upstream is not { } upstream || !server.Directory.IsStandby)
            {
                return;
            }

            var source = all.First(other => other.Name == upstream.Member);
            if (!TryOpen(source))
            {
                TryLater(attempt, random.Milliseconds(200, 1200));
            }
        });
    }

    /// <summary>Its log left the leader's on a timeline of the same number, which the server cannot tell: a person must clone it anew.</summary>
    public bool HasCollided { get; private set; }

    private bool TryOpen(DatabaseServer source)
    {
        if (source == server || !source.IsRunning || source.Process.IsFrozen || source.Process.IsDead
            || !network.AreConnected(server.Place, source.Place) || !source.Directory.Slots.Contains(server.Name) || !source.Directory.WouldServe(server.Directory))
        {
            return false;
        }

        // What it received and had not flushed is asked for again.
        server.Directory.Truncate(server.Directory.Flushed);
        if (!server.Directory.IsPrefixOf(source.Directory))
        {
            if (check.MayCollide)
            {
                HasCollided = true;
                return false;
            }

            check.Fail($"{server.Name} streams from {source.Name} on the same timeline {server.Directory.Timeline}, and their logs differ");
        }

        var link = new StandbyLink(source, server) { Known = server.Directory.Flushed };
        receiver = link;
        source.Replication.Accept(link);
        server.Directory.TakeHistoryFrom(source.Directory);
        if (trace.IsOn)
        {
            trace.Add(server.Name.Text, $"streams from {source.Name} at {server.Directory.Flushed} on timeline {server.Directory.Timeline}");
        }

        server.Woken();
        return true;
    }

    private void Accept(StandbyLink link)
    {
        foreach (var old in standbys.FindAll(other => other.Standby == link.Standby))
        {
            Forget(old);
        }

        standbys.Add(link);
        link.HasCaughtUp = link.Known >= server.Directory.Flushed;
        server.Process.After(TimeSpan.Zero, server.Woken);
        server.ReleaseCommits();
        Send(link);
    }

    private void Send(StandbyLink link)
    {
        var upTo = server.Directory.Flushed;
        if (link.IsOnTheWay || link.Known >= upTo || !network.Reaches(server.Place, link.Standby.Place))
        {
            return;
        }

        link.IsOnTheWay = true;
        var log = server.Directory.Log;
        link.Standby.Process.After(network.Latency(), () => link.Standby.Replication.Receive(link, log, upTo));
    }

    private void Receive(StandbyLink link, List<LogRecord> log, int upTo)
    {
        // What the dead upstream had sent still arrives.
        if (link != receiver || link.StandbyLife != server.Life)
        {
            return;
        }

        var own = server.Directory.Log;
        for (var index = own.Count; index < upTo && index < log.Count; index++)
        {
            own.Add(log[index]);
        }

        server.Directory.TakeHistoryFrom(link.Upstream.Directory);
        server.Process.After(server.DiskTime(), () => Flushed(link, upTo));
    }

    private void Flushed(StandbyLink link, int upTo)
    {
        if (link.StandbyLife != server.Life)
        {
            return;
        }

        server.Directory.Flushed = Math.Max(server.Directory.Flushed, Math.Min(upTo, server.Directory.Log.Count));
        SendAll();
        server.LogHasGrown();
        if (network.Reaches(server.Place, link.Upstream.Place))
        {
            link.Upstream.Process.After(network.Latency(), () => link.Upstream.Replication.Reported(link, upTo));
        }
    }

    private void Reported(StandbyLink link) => Reported(link, link.Standby.Directory.Flushed);

    private void Reported(StandbyLink link, int flushed)
    {
        if (!IsAlive(link))
        {
            return;
        }

        link.IsOnTheWay = false;
        link.Known = Math.Max(link.Known, flushed);
        if (!link.HasCaughtUp && link.Known >= server.Directory.Flushed - 2)
        {
            link.HasCaughtUp = true;
            server.Woken();
        }

        server.ReleaseCommits();
        Send(link);
    }
}

/// <summary>One standby's connection to the server that it streams from.</summary>
internal sealed class StandbyLink(DatabaseServer upstream, DatabaseServer standby)
{
    public DatabaseServer Upstream { get; } = upstream;

    public DatabaseServer Standby { get; } = standby;

    public int UpstreamLife { get; } = upstream.Life;

    public int StandbyLife { get; } = standby.Life;

    public bool IsOpen { get; private set; } = true;

    /// <summary>What the upstream knows that the standby has flushed.</summary>
    public int Known { get; set; }

    public bool HasCaughtUp { get; set; }

    /// <summary>Something was sent and not answered yet.</summary>
    public bool IsOnTheWay { get; set; }

    public bool IsDoubted { get; set; }

    public void Close() => IsOpen = false;
}
