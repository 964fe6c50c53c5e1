using Holdfast.Model;

namespace Holdfast.Router.Clusters;

/// <summary>A leader's term in which a client was served.</summary>
/// <param name="Term">Of the leader.</param>
/// <param name="Idle">How long no client asked for the new primary once it was known.</param>
internal sealed record ServedTerm(Term Term, TimeSpan Idle);

/// <summary>Times a change of leader as clients feel it, until the first byte from the new primary. Loops and the control plane call it.</summary>
internal sealed class RouteTimer
{
    private readonly Lock gate = new();
    private Term term = Term.None;
    private TimeSpan changedAt;
    private TimeSpan? knownAt;
    private TimeSpan? askedAt;
    private long lastTicks;
    private volatile ServedTerm? served;
    private volatile bool isRunning;

    /// <summary>The leader has changed, and no client was served since.</summary>
    public bool IsRunning => isRunning;

    /// <summary>From the last change until the first byte; zero until it came.</summary>
    public TimeSpan Last => TimeSpan.FromTicks(Volatile.Read(ref lastTicks));

    public ServedTerm? Served => served;

    public void Changed(Term next, TimeSpan now)
    {
        lock (gate)
        {
            (term, changedAt, knownAt, askedAt) = (next, now, null, null);
            isRunning = true;
        }
    }

    /// <summary>Somebody takes writes in the new term.</summary>
    public void Known(TimeSpan now)
    {
        lock (gate)
        {
            knownAt ??= now;
        }
    }

    public void Asked(TimeSpan now)
    {
        lock (gate)
        {
            askedAt ??= now;
        }
    }

    /// <summary>False when another thread was first.</summary>
    public bool End(TimeSpan now)
    {
        lock (gate)
        {
            if (!isRunning)
            {
                return false;
            }

            isRunning = false;
            Volatile.Write(ref lastTicks, (now - changedAt).Ticks);
            served = new(term, askedAt - knownAt is { } idle && idle > TimeSpan.Zero ? idle : TimeSpan.Zero);
            return true;
        }
    }
}
