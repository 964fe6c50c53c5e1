namespace Holdfast.Ports.Fencing;

/// <summary>
/// Kills the database at a deadline unless the deadline is moved first, whatever the agent's loop does meanwhile.
/// The agent arms every fence it has before its database may accept writes, and after every confirmed renewal.
/// </summary>
public interface IFence
{
    /// <summary>The fence as the operator knows it.</summary>
    string Name { get; }

    /// <summary>The fence would act now if it had to; false when it is broken or gone.</summary>
    bool IsReady { get; }

    /// <summary>Sets or moves the deadline: a reading of this host's monotonic clock.</summary>
    void Arm(TimeSpan fenceAt);

    /// <summary>Removes the deadline: the database is no primary any more, or the cluster is paused.</summary>
    void Disarm();
}
