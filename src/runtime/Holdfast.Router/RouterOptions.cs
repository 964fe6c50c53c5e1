using System.Collections.Immutable;
using System.Net;
using Holdfast.Decisions.Routing;
using Holdfast.Model;
using Holdfast.Router.Sessions;

namespace Holdfast.Router;

/// <summary>What one router process serves.</summary>
public sealed record RouterOptions
{
    public required ImmutableArray<RouterClusterOptions> Clusters { get; init; }

    /// <summary>Store keys of the clusters are below this, without slashes around it.</summary>
    public required string Namespace { get; init; }

    public required string Version { get; init; }

    /// <summary>Of this router among the others of its clusters.</summary>
    public required string Name { get; init; }

    /// <summary>It shares an agent's process, and may write to the store as that does. One on its own in mode tcp only reads.</summary>
    public bool IsInsideAgent { get; init; }

    /// <summary>Event loops, each a thread.</summary>
    public required int Threads { get; init; }

    /// <summary>Clients' connections, all clusters together.</summary>
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>How often members' REST interfaces are asked.</summary>
    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long connections may go on once the router is told to end.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>One cluster as the router serves it.</summary>
public sealed record RouterClusterOptions
{
    public required string Scope { get; init; }

    /// <summary>Where clients that write connect to.</summary>
    public required ImmutableArray<IPEndPoint> ReadWrite { get; init; }

    /// <summary>Where clients that only read connect to; empty for nowhere.</summary>
    public ImmutableArray<IPEndPoint> ReadOnly { get; init; } = [];

    public required RoutingPolicy Routing { get; init; }

    public required BreakerPolicy Breaker { get; init; }

    public ReadBalance Balance { get; init; }

    /// <summary>Reads go to the primary when no replica takes them.</summary>
    public bool ReadsFallBackToPrimary { get; init; } = true;

    /// <summary>Members whose tag <c>zone</c> says this take reads first; null for no preference.</summary>
    public string? Zone { get; init; }

    /// <summary>How long it takes until a member that has returned takes its whole share of reads.</summary>
    public TimeSpan SlowStart { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection waits for a primary.</summary>
    public TimeSpan HoldLimit { get; init; } = TimeSpan.FromSeconds(10);

    public int HeldMax { get; init; } = 1000;

    public int ConnectionsMax { get; init; } = 10_000;

    public TimeSpan ConnectLimit { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A connection without traffic for so long is closed; null for never.</summary>
    public TimeSpan? IdleLimit { get; init; }

    /// <summary>For everything before the first statement: PROXY header, TLS, log-in.</summary>
    public TimeSpan StartupLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Clients from these networks begin with a PROXY protocol header.</summary>
    public ImmutableArray<IPNetwork> ProxyTrusted { get; init; } = [];

    /// <summary>Members are sent a PROXY protocol header, version 2.</summary>
    public bool SendsProxy { get; init; }

    /// <summary>Mode session; null for mode tcp.</summary>
    public SessionOptions? Sessions { get; init; }
}
