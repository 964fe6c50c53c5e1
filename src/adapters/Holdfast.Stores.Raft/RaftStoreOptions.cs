using System.Collections.Immutable;
using Holdfast.Stores.Raft.Storage;

namespace Holdfast.Stores.Raft;

/// <summary>How one node of the embedded store runs.</summary>
public sealed record RaftStoreOptions
{
    /// <summary>host:port under which the others reach this node; its identity in the cluster.</summary>
    public required string SelfAddress { get; init; }

    /// <summary>host:port to listen on, where that differs from <see cref="SelfAddress"/>.</summary>
    public string? BindAddress { get; init; }

    /// <summary>The other first members. Counts only while the data directory is empty.</summary>
    public ImmutableArray<string> PartnerAddresses { get; init; } = [];

    /// <summary>Starts an empty node that waits until a member adds it.</summary>
    public bool Join { get; init; }

    public required string DataDirectory { get; init; }

    /// <summary>Both ends prove that they know it; it is never sent.</summary>
    public string? Password { get; init; }

    public RaftTls? Tls { get; init; }

    /// <summary>A silent leader is replaced after one to two times this long.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a request may wait for its answer.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a node that stops tries to hand its leadership over.</summary>
    public TimeSpan HandOverTimeout { get; init; } = TimeSpan.FromSeconds(1);

    public int ValueBytesMax { get; init; } = 1024 * 1024;

    public int TransactionBytesMax { get; init; } = 2 * 1024 * 1024;

    /// <summary>What keys and values may hold altogether; the whole state is in memory and in every snapshot.</summary>
    public long StateBytesMax { get; init; } = 64 * 1024 * 1024;

    public int PendingRequestsMax { get; init; } = 4096;

    /// <summary>How many changes are kept for watchers that resume.</summary>
    public int HistoryCountMax { get; init; } = 10_000;

    public int HistoryBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many changes wait for a slow watcher; one that lags further behind reads on from the history.</summary>
    public int WatchLagMax { get; init; } = 1024;

    /// <summary>A snapshot is taken after so many log entries, or so many bytes, whichever comes first.</summary>
    public int SnapshotEvery { get; init; } = 10_000;

    public int SnapshotEveryBytes { get; init; } = 4 * 1024 * 1024;

    internal IDiskSync Sync { get; init; } = KernelSync.Instance;
}

/// <summary>PEM files for TLS between nodes; each end shows a certificate that the authority signed.</summary>
public sealed record RaftTls(string CertificateFile, string KeyFile, string AuthorityFile);

public enum RaftNodeRole
{
    Follower,
    Candidate,
    Leader,
}

/// <summary>What a node knows of its cluster.</summary>
public sealed record RaftStatus(
    string Address,
    RaftNodeRole Role,
    long Term,
    string? Leader,
    long CommitIndex,
    long AppliedIndex,
    ImmutableArray<string> Voters,
    ImmutableArray<string> Learners);
