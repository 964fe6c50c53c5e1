using System.Collections.Immutable;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;

namespace Holdfast.Model;

/// <summary>The rules an operator set for the cluster: the dynamic configuration as the decisions need it.</summary>
public sealed record Policy
{
    /// <summary>How long a lease lives without renewal.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often everything is looked at again when no event came.</summary>
    public TimeSpan LoopWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long store and database may fail to answer before something is done about it.</summary>
    public TimeSpan RetryTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A candidate further behind the last known leader's position than this never leads.</summary>
    public long MaximumLagOnFailoverBytes { get; init; } = 1024 * 1024;

    public SynchronousMode SynchronousMode { get; init; }

    public int SynchronousNodeCount { get; init; } = 1;

    /// <summary>How long a crashed primary may take to recover in place; zero: fail over at once.</summary>
    public TimeSpan PrimaryStartTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How long a polite stop of a primary may take before it is killed; zero: as long as the lease allows.</summary>
    public TimeSpan PrimaryStopTimeout { get; init; } = TimeSpan.Zero;

    public bool IsPaused { get; init; }

    /// <summary>While the store is away, a primary that every member confirms goes on.</summary>
    public bool UsesFailsafe { get; init; }

    public bool UsesRewind { get; init; } = true;

    public bool UsesSlots { get; init; } = true;

    public FailoverStrategy Strategy { get; init; }

    public ApprovalPolicy Approval { get; init; } = ApprovalPolicy.Default;

    /// <summary>What people are told of.</summary>
    public ImmutableArray<AlertRule> AlertRules { get; init; } = [];

    /// <summary>How many primaries a group that elects for itself is to have; null: as it was begun.</summary>
    public GroupMode? GroupMode { get; init; }

    /// <summary>A primary fences itself this long before its lease can end.</summary>
    public TimeSpan SafetyMargin => SafetyMarginOf(TimeToLive);

    /// <summary>How often the session is renewed: several times within its life, so that one lost answer costs nothing.</summary>
    public TimeSpan RenewEvery => RenewEveryOf(TimeToLive);

    public static TimeSpan SafetyMarginOf(TimeSpan timeToLive) =>
        TimeSpan.FromTicks(Math.Clamp(timeToLive.Ticks / 6, TimeSpan.TicksPerMillisecond * 300, TimeSpan.TicksPerSecond * 5));

    /// <summary>A session that was opened under another policy is renewed as its own life demands.</summary>
    public TimeSpan RenewEveryOf(TimeSpan timeToLive) => TimeSpan.FromTicks(Math.Min(LoopWait.Ticks, timeToLive.Ticks / 3));
}

public enum SynchronousMode
{
    Off,

    /// <summary>Commits wait for a standby while there is one.</summary>
    On,

    /// <summary>Commits wait for a standby, even while there is none.</summary>
    Strict,
}

public enum GroupMode
{
    SinglePrimary,

    /// <summary>Every member accepts writes, and certification rejects what collides.</summary>
    MultiPrimary,
}

/// <summary>The states in which a member shows itself; the words are Patroni's where it has them.</summary>
public enum MemberState
{
    Initializing,
    InitializeFailed,
    Cloning,
    Starting,
    StartFailed,
    Running,
    Streaming,
    Stopping,
    Stopped,
    Crashed,
    Restarting,
    Rewinding,
    Promoting,
}
