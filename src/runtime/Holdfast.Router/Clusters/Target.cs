using System.Net;
using Holdfast.Decisions.Routing;
using Holdfast.Model;

namespace Holdfast.Router.Clusters;

/// <summary>
/// A member as connections see it: where it is, how many it has, whether it is worth a try. One object for as long as the member is
/// known; every loop and the control plane use it, so it locks.
/// </summary>
internal sealed class Target(MemberName name)
{
    private const double Smoothing = 0.2;
    private readonly Lock gate = new();
    private Breaker breaker = Breaker.Closed;
    private int connections;
    private volatile IPEndPoint[] addresses = [];

    public MemberName Name => name;

    /// <summary>Empty while its name cannot be resolved.</summary>
    public IPEndPoint[] Addresses
    {
        get => addresses;
        set => addresses = value;
    }

    /// <summary>As the member's key names its host: what its certificate is for.</summary>
    public string? HostName { get; set; }

    public int Connections => Volatile.Read(ref connections);

    /// <summary>When it last began to take connections, on the clock of the process.</summary>
    public TimeSpan ReturnedAt { get; set; }

    /// <summary>A moving average of how long a connection takes to make, in milliseconds; 0 before the first.</summary>
    public double ConnectMs { get; private set; }

    public long Failures { get; private set; }

    public void Entered() => Interlocked.Increment(ref connections);

    public void Left() => Interlocked.Decrement(ref connections);

    public Breaker Breaker
    {
        get
        {
            lock (gate)
            {
                return breaker;
            }
        }
    }

    /// <summary>Whether a connection may be tried, and if so that it begins.</summary>
    public bool TryBegin(TimeSpan now)
    {
        lock (gate)
        {
            if (!breaker.MayTry(now))
            {
                return false;
            }

            breaker = breaker.Began(now);
            return true;
        }
    }

    /// <param name="took">How long the connection took to make.</param>
    /// <param name="othersMs">The median of the other members' averages; 0 when there are none.</param>
    /// <param name="now">On the clock of the process.</param>
    /// <param name="policy">How patient to be.</param>
    public void Succeeded(TimeSpan took, double othersMs, TimeSpan now, BreakerPolicy policy)
    {
        const double NoiseMs = 5;
        lock (gate)
        {
            ConnectMs = ConnectMs == 0 ? took.TotalMilliseconds : ConnectMs + (Smoothing * (took.TotalMilliseconds - ConnectMs));
            var isOutlier = policy.LatencyFactor > 0 && othersMs > 0 && took.TotalMilliseconds > Math.Max(NoiseMs, othersMs * policy.LatencyFactor);
            breaker = isOutlier ? breaker.FailedAt(now, policy) : Breaker.Succeeded();
        }
    }

    public void Failed(TimeSpan now, BreakerPolicy policy)
    {
        lock (gate)
        {
            Failures++;
            breaker = breaker.FailedAt(now, policy);
        }
    }

    public void Abandoned()
    {
        lock (gate)
        {
            breaker = breaker.Abandoned();
        }
    }

    /// <summary>What was before tells nothing of a member that has come back, or has become the primary.</summary>
    public void Renew(TimeSpan now)
    {
        lock (gate)
        {
            breaker = Breaker.Closed;
            ReturnedAt = now;
        }
    }
}
