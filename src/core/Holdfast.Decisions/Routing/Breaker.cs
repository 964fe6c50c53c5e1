namespace Holdfast.Decisions.Routing;

/// <summary>How patient a circuit breaker is.</summary>
/// <param name="Failures">So many failures in a row open it.</param>
/// <param name="OpenFor">How long it stays open the first time; doubled each time a probe fails.</param>
/// <param name="OpenForMax">It never stays open longer.</param>
/// <param name="LatencyFactor">A member that takes so many times the others' median to connect counts as failing; zero for never.</param>
public sealed record BreakerPolicy(int Failures, TimeSpan OpenFor, TimeSpan OpenForMax, int LatencyFactor);

/// <summary>
/// Whether a member is worth a try, from what became of the last tries: closed (yes), open (no), half-open (one probe at a time).
/// </summary>
/// <param name="Failed">Failures in a row.</param>
/// <param name="OpenUntil">When the next probe may go; null while closed.</param>
/// <param name="OpenFor">How long it was opened for last.</param>
/// <param name="IsProbing">A probe is under way.</param>
public sealed record Breaker(int Failed, TimeSpan? OpenUntil, TimeSpan OpenFor, bool IsProbing)
{
    public static readonly Breaker Closed = new(0, null, TimeSpan.Zero, false);

    /// <summary>closed, open or half-open.</summary>
    public string State(TimeSpan now) => this switch
    {
        { OpenUntil: null } => "closed",
        { OpenUntil: { } until } when now < until => "open",
        _ => "half-open",
    };

    /// <summary>Whether a connection may be tried now. <see cref="Began"/> must follow when it is.</summary>
    public bool MayTry(TimeSpan now) => OpenUntil is not { } until || (now >= until && !IsProbing);

    public Breaker Began(TimeSpan now) => OpenUntil is { } until && now >= until ? this with { IsProbing = true } : this;

    /// <summary>A try that was given up for reasons of its own tells nothing of the member.</summary>
    public Breaker Abandoned() => this with { IsProbing = false };

    public static Breaker Succeeded() => Closed;

    public Breaker FailedAt(TimeSpan now, BreakerPolicy policy)
    {
        var failed = Failed + 1;
        if (OpenUntil is null && failed < policy.Failures)
        {
            return this with { Failed = failed, IsProbing = false };
        }

        // A failure that began before the breaker opened must not lengthen its time: only the probe's does.
        if (OpenUntil is { } until && now < until)
        {
            return this with { Failed = failed };
        }

        var longer = OpenUntil is null ? policy.OpenFor : TimeSpan.FromTicks(Math.Min(OpenFor.Ticks * 2, policy.OpenForMax.Ticks));
        return new(failed, now + longer, longer, false);
    }
}
