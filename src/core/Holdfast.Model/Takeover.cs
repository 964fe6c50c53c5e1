namespace Holdfast.Model;

/// <summary>When each step of the last change of leader happened, as this member saw it. Null: not yet, or it had no such step.</summary>
public sealed record Takeover
{
    public static readonly Takeover None = new();

    /// <summary>When the last leader was last known to live: its last report, or the end of its stream, whichever was later.</summary>
    public TimeSpan? HeardAt { get; init; }

    /// <summary>The revision of the last leader's last report.</summary>
    public Revision HeardRevision { get; init; } = Revision.Absent;

    /// <summary>When nobody held the lease; null when it was handed over.</summary>
    public TimeSpan? LeaderlessAt { get; init; }

    public TimeSpan? LeadingAt { get; init; }

    /// <summary>When the database began to be promoted: every fence was armed before.</summary>
    public TimeSpan? PromotingAt { get; init; }

    /// <summary>When the database was first seen to take writes under this member's lease.</summary>
    public TimeSpan? ServingAt { get; init; }

    /// <summary>The audit trail says when clients were served again.</summary>
    public bool IsRouted { get; init; }

    /// <summary>How often this member has tried to write that down.</summary>
    public int RouteTries { get; init; }

    /// <summary>From the last sign of life until nobody led, or until the lease was handed over.</summary>
    public TimeSpan? Detect => (LeaderlessAt ?? LeadingAt) - HeardAt;

    /// <summary>From then until this member led.</summary>
    public TimeSpan? Decide => LeadingAt - LeaderlessAt;

    /// <summary>From then until the promotion began.</summary>
    public TimeSpan? Fence => PromotingAt - LeadingAt;

    /// <summary>From then until the database takes writes.</summary>
    public TimeSpan? Promote => ServingAt - PromotingAt;

    /// <summary>From then until this member hears that a client is served, less the time in which no client asked for it.</summary>
    /// <param name="now">When it hears of it.</param>
    /// <param name="idle">How long no client asked, as the router says; never believed beyond what has passed.</param>
    public TimeSpan? RouteUntil(TimeSpan now, TimeSpan idle) => now - ServingAt is { } passed ? passed > idle ? passed - idle : TimeSpan.Zero : null;
}
