using System.Data.Common;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;

namespace Holdfast.Demo.Databases;

/// <summary>What the members run: how it is configured, found, and spoken to.</summary>
public abstract class Database
{
    public static readonly Database PostgreSql = new PostgreSqlDatabase();

    public static readonly Database MySql = new MySqlDatabase();

    /// <summary>As people call it.</summary>
    public abstract string Product { get; }

    /// <summary>Where its programs are on this machine.</summary>
    /// <exception cref="DemoException">They were not found; it says how to get them.</exception>
    public abstract string FindPrograms();

    /// <summary>A server that takes over carries its clients along, behind a router that can.</summary>
    internal abstract bool KeepsClients { get; }

    /// <summary>Makes the canary's table anew: an earlier canary's rows would stand in the way, and in for those that were lost.</summary>
    internal abstract string Creation { get; }

    /// <summary>Whether the server takes writes: one value, true or not zero.</summary>
    internal abstract string TakesWrites { get; }

    internal abstract string Rows { get; }

    internal abstract string Newest { get; }

    /// <summary>In the data directory.</summary>
    internal abstract string PidFile { get; }

    /// <summary>Unpooled connections that ask for nothing but to be open.</summary>
    internal abstract DbDataSource Connections(CanaryHost host);

    /// <summary>
    /// Writes one row; answers who the server is once the row is committed. Nothing ends the wait but the server: a driver
    /// sends a cancel request when a limit passes.
    /// </summary>
    internal abstract Task<CanaryServer> InsertAsync(DbConnection connection, int writer, long sequence);

    /// <summary>The sections of a member's file that say what it runs and how the first one makes the cluster.</summary>
    internal abstract string Configuration(ClusterPlan plan, MemberPlan member);

    /// <summary>The lines of a router's section that are this database's.</summary>
    internal abstract string RouterMode(ClusterPlan plan);

    /// <summary>The file that saves a person from typing the superuser's password.</summary>
    internal abstract string PasswordText(ClusterPlan plan);

    /// <summary>How a person connects by hand.</summary>
    internal abstract string Shell(ClusterPlan plan, int port);

    /// <summary>How many of the members follow the leader, and how many of them hold what it acknowledges, by its own words.</summary>
    internal abstract Task<(int Following, int Synchronous)> AskFollowersAsync(DbConnection leader, ClusterPlan plan, CancellationToken cancellationToken);

    /// <summary>Who could take over; null for nobody.</summary>
    internal abstract string? Candidate(ClusterStatus status);
}
