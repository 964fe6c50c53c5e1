namespace Holdfast.Model;

/// <summary>The closed family of jobs.</summary>
public abstract record DatabaseWork
{
    private DatabaseWork()
    {
    }

    /// <summary>Makes a new, empty system and leaves it running as a primary, ready for replicas.</summary>
    public sealed record Bootstrap : DatabaseWork;

    /// <summary>
    /// Copies the source's system into the data directory and leaves it stopped, ready to start as a replica. What was in the
    /// directory is set aside under another name first; the disk must have room for it before anything is touched.
    /// </summary>
    public sealed record CloneFrom(Upstream Source) : DatabaseWork;

    /// <summary>Brings a stopped, diverged system back onto the source's history and leaves it stopped.</summary>
    public sealed record RewindTo(Upstream Source) : DatabaseWork;

    /// <summary>Starts as a primary, recovering in place if it crashed.</summary>
    public sealed record StartPrimary : DatabaseWork;

    /// <summary>Starts as a replica of the upstream, or of nobody.</summary>
    public sealed record StartReplica(Upstream? Upstream) : DatabaseWork;

    /// <summary>Stops: politely (clients are cut, everything is flushed and sent to replicas), then by force after the budget.</summary>
    public sealed record Stop(TimeSpan PoliteBudget) : DatabaseWork;

    /// <summary>Stops and starts again in the role it has.</summary>
    public sealed record Restart : DatabaseWork;

    /// <summary>Turns a running replica into a primary, within the limit.</summary>
    public sealed record Promote(TimeSpan Limit) : DatabaseWork;

    /// <summary>Flushes everything; done before a switchover so that the stop is short, and after a promotion so that others can rewind.</summary>
    public sealed record Checkpoint : DatabaseWork;
}
