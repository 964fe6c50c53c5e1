using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Agent.Alerts;
using Holdfast.Agent.Control;
using Holdfast.Agent.Loop;
using Holdfast.Agent.Store;
using Holdfast.Model;
using Holdfast.Ports.Control;
using Holdfast.Ports.Database;
using Holdfast.Ports.Fencing;
using Holdfast.Ports.Notifications;
using Holdfast.Ports.Peers;
using Holdfast.Ports.Probes;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;
using Microsoft.Extensions.Logging;

namespace Holdfast.Agent;

#pragma warning disable CA1001 // The store belongs to the host; here its calls are counted.
/// <summary>The agent of one member, put together: its loop, its cache of the store, and what others see of it.</summary>
public sealed class MemberAgent
#pragma warning restore CA1001
{
    private readonly AgentLoop loop;
    private readonly ClusterCache cache;
    private readonly MemberControl control;
    private readonly AgentState state;
    private readonly MeasuredStore store;
    private readonly AgentSignal signal;
    private readonly TimeProvider time;
    private readonly StoreMembersWatch members;

    /// <param name="options">What the operator wrote.</param>
    /// <param name="ports">What the agent stands on.</param>
    /// <param name="signal">What the engine wakes.</param>
    /// <param name="guardedUntil">The deadline that an earlier life of this agent left in a guard; null when there was none.</param>
    public MemberAgent(AgentOptions options, AgentPorts ports, AgentSignal signal, TimeSpan? guardedUntil)
    {
        var keys = new ClusterKeys(options.Namespace, options.Scope);
        var fences = new FenceSet(ports.Fences);
        store = new MeasuredStore(ports.Store, ports.Time);
        this.signal = signal;
        time = ports.Time;
        state = new AgentState
        {
            Options = options,
            Memory = new AgentMemory { StartedAt = ports.Time.GetElapsedTime(0), GuardedUntil = guardedUntil, Fencing = ports.FencingNote?.Read() },
            FencingNote = ports.FencingNote,
            ArmedUntil = guardedUntil,
        };
        members = new StoreMembersWatch(ports.Store as IStoreMembers, ports.Time, ports.Loggers.CreateLogger<StoreMembersWatch>());
        var surroundings = new Surroundings(store, members, new CertificateWatch(ports.Loggers.CreateLogger<CertificateWatch>()));
        cache = new ClusterCache(store, keys, signal, ports.Time, ports.Loggers.CreateLogger<ClusterCache>());
        control = new MemberControl(store, keys, signal, ports.Notifications, ports.Reload, options, ports.Time) { Prober = ports.Probe };
        var actor = new Actor(store, ports.Engine, ports.Peers, fences, ports.Notifications, state, keys, ports.Time, ports.Loggers.CreateLogger<Actor>());
        loop = new AgentLoop(
            ports.Engine, cache, actor, fences, state, signal, control, surroundings, options, ports.Time, ports.Loggers.CreateLogger<AgentLoop>());
    }

    /// <summary>Takes up what the operator says of this member's part in the cluster; the rest stays until the next start.</summary>
    public void Reload(AgentOptions reloaded)
    {
        state.Options = state.Options with { Tags = reloaded.Tags, TagsJson = reloaded.TagsJson, CertificateFiles = reloaded.CertificateFiles };
        cache.BelieveLoss();
        signal.Wake();
    }

    /// <summary>The agent's own fence has killed the database, from whatever thread: it is written down when the store takes it.</summary>
    /// <param name="late">How long after its deadline.</param>
    public void NoteFenced(TimeSpan late)
    {
        state.NoteFenced(new(time.GetUtcNow(), string.Create(CultureInfo.InvariantCulture, $"the lease was not renewed in time; the agent's fence acted {late.TotalMilliseconds:0} ms after its deadline")));
        signal.Wake();
    }

    /// <summary>What others may see of this member and ask of it.</summary>
    public IMemberControl Control => control;

    /// <summary>
    /// Runs until an orderly end is asked for and done, or until it is stopped where it is. The store sees the session end at the end
    /// of an orderly one, so that nobody waits for it to expire.
    /// </summary>
    /// <param name="shutDown">Asks for an orderly end: the database stops unless the cluster is paused, and the lease is given away.</param>
    /// <param name="stopping">Ends everything at once.</param>
    /// <returns>Why the agent must not run at all; null when it ended as it was told to.</returns>
    public async Task<string?> RunAsync(CancellationToken shutDown, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var following = Task.WhenAll(cache.FollowAsync(ending.Token), members.FollowAsync(ending.Token));
        try
        {
            await loop.RunAsync(shutDown, stopping);
            if (state.Session.Id is { } session && control.View is { Policy.IsPaused: false })
            {
                await store.CloseSessionAsync(session, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The process ends, as told.
        }
        catch (StoreUnavailableException)
        {
            // The session ends by itself.
        }

        await ending.CancelAsync();
        await following;
        return state.QuitReason;
    }
}

/// <summary>What an agent stands on.</summary>
public sealed record AgentPorts(
    IConsensusStore Store,
    IDatabaseEngine Engine,
    IMemberPeers Peers,
    ImmutableArray<IFence> Fences,
    Func<CancellationToken, Task<ControlAnswer>> Reload,
    TimeProvider Time,
    ILoggerFactory Loggers)
{
    /// <summary>Where people are told of alerts; null: nobody is.</summary>
    public INotifications? Notifications { get; init; }

    /// <summary>What a guard did while no agent was there to say so; null: there is no guard.</summary>
    public IFencingNote? FencingNote { get; init; }

    /// <summary>Who tries what clients meet; null: nobody does.</summary>
    public IServiceProbe? Probe { get; init; }
}
