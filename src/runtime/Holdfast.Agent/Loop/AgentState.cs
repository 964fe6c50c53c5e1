using System.Collections.Immutable;
using Holdfast.Api.Contracts.Audit;
using Holdfast.Model;
using Holdfast.Ports.Control;
using Holdfast.Ports.Fencing;
using Holdfast.Ports.Peers;

namespace Holdfast.Agent.Loop;

/// <summary>What the loop carries from turn to turn. Only the loop and its actor touch it.</summary>
internal sealed class AgentState
{
    /// <summary>The guard has the same deadline as the agent's own fence: within this time both speak of one kill.</summary>
    private static readonly TimeSpan OneKill = TimeSpan.FromSeconds(10);
    private volatile AgentOptions options;
    private Fencing? fencing;

    /// <summary>What the operator wrote; a reload replaces it from outside the loop.</summary>
    public required AgentOptions Options
    {
        get => options;
        [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(options))]
        set => options = value;
    }

    /// <summary>A fence has acted by itself; from any thread.</summary>
    public void NoteFenced(Fencing noted) => Interlocked.Exchange(ref fencing, noted);

    /// <summary>What was noted since the last call; null for nothing.</summary>
    public Fencing? TakeFencing() => Interlocked.Exchange(ref fencing, null);

    /// <summary>Where the guard notes what it did without an agent; null where there is no guard.</summary>
    public IFencingNote? FencingNote { get; init; }

    /// <summary>It is in the audit trail: the memory without it, or with what the guard has done at another time.</summary>
    public AgentMemory ForgetFencing(Fencing recorded)
    {
        if (FencingNote?.Read() is { } left && (left.At - recorded.At).Duration() > OneKill)
        {
            return Memory with { Fencing = left };
        }

        FencingNote?.Remove();
        return Memory with { Fencing = null };
    }

    /// <summary>The dynamic configuration that the agent goes by, JSON.</summary>
    public string? Configuration { get; set; }

    /// <summary>What was done to the cluster, as the store holds it.</summary>
    public ImmutableArray<AuditEntry> Audit { get; set; } = [];

    public OwnSession Session { get; set; } = OwnSession.None;

    public required AgentMemory Memory { get; set; }

    public PendingRequest? Request { get; set; }

    /// <summary>The deadline that the fences hold now; null while they hold none.</summary>
    public TimeSpan? ArmedUntil { get; set; }

    /// <summary>Something was done to the database since it was last looked at: what was seen then is not how it is now.</summary>
    public bool HasTouchedDatabase { get; set; }

    /// <summary>Why the agent must end at once; null while it need not.</summary>
    public string? QuitReason { get; set; }

    /// <summary>The store holds something else than this agent's view of it: it has refused a write, or does not know the session.</summary>
    public bool IsViewDoubtful { get; set; }

    /// <summary>The store failed to answer in this turn: the next one waits a moment.</summary>
    public bool StoreFailed { get; set; }
}

/// <summary>An operator's request and the person who waits for its end.</summary>
internal sealed record PendingRequest(OperatorRequest Request, TaskCompletionSource<ControlAnswer> Answer)
{
    /// <summary>The job that carries it out; null until it is accepted.</summary>
    public DatabaseJobKind? Job { get; init; }

    public TimeSpan AcceptedAt { get; init; }
}

/// <summary>A leader that has lost the store, and waits for this member's word.</summary>
internal sealed record PendingClaim(LeaderClaim Claim, TaskCompletionSource<ControlAnswer> Answer);
