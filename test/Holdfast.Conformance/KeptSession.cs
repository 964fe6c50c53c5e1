using System.Diagnostics;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Conformance;

/// <summary>A session that is kept alive as an agent does it, and that knows until when it was promised to last.</summary>
public sealed class KeptSession
{
    private readonly IConsensusStore store;
    private readonly SessionId session;
    private readonly TimeSpan timeToLive;
    private readonly CancellationToken stopping;
    private TimeSpan promisedUntil;
    private string? violation;

    private KeptSession(IConsensusStore store, SessionId session, TimeSpan timeToLive, CancellationToken stopping)
    {
        this.store = store;
        this.session = session;
        this.timeToLive = timeToLive;
        this.stopping = stopping;
        Ended = KeepAsync();
    }

    /// <summary>Finishes when the session has ended, or nobody keeps it any more.</summary>
    public Task Ended { get; }

    public bool IsAlive { get; private set; } = true;

    private static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    public static async Task<KeptSession> StartAsync(IConsensusStore store, TimeSpan timeToLive, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                return new KeptSession(store, await store.OpenSessionAsync(timeToLive, stopping), timeToLive, stopping);
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(20, stopping);
            }
        }
    }

    /// <summary>It may have ended, for want of answers, but not before its time.</summary>
    public void RequireNotEarly() => Assert.Null(violation);

    public void RequireAlive()
    {
        RequireNotEarly();
        Assert.True(IsAlive, $"the session of {timeToLive.TotalSeconds} s has ended though it was kept alive");
    }

    private async Task KeepAsync()
    {
        try
        {
            while (IsAlive)
            {
                var asked = Now;
                switch (await store.KeepSessionAsync(session, stopping))
                {
                    case SessionKeeping.Alive:
                        promisedUntil = asked + timeToLive;
                        break;
                    case SessionKeeping.Ended:
                        IsAlive = false;
                        violation = Now < promisedUntil ? $"the session ended {(promisedUntil - Now).TotalMilliseconds:0} ms early" : null;
                        break;
                    default:
                        break;
                }

                await Task.Delay(timeToLive / 10, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Nobody keeps it any more.
        }
    }
}
