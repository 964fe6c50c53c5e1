using Holdfast.Agent;
using Holdfast.Agent.Loop;
using Holdfast.Model;
using Holdfast.Ports.Control;
using Holdfast.Simulation.Checks;
using Holdfast.Simulation.Database;
using Holdfast.Simulation.Fencing;
using Holdfast.Simulation.Network;
using Holdfast.Simulation.Store;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation;

#pragma warning disable CA1001 // A simulated process has nothing to release: it is dropped.
/// <summary>One member's host: its database, its guard, and one life after another of the real agent.</summary>
internal sealed class SimHost(DatabaseServer server, IReadOnlyList<DatabaseServer> all, AgentOptions options, SimParts parts, Sabotage sabotage)
#pragma warning restore CA1001
{
    private SimProcess process = NewProcess(server, parts);
    private SimEngine? engine;
    private StoreClient? client;
    private SimGuard? guard;
    private SimThreadFence? fence;
    private StoreLine? line;
    private double losesAnswers;
    private ClusterView? lastView;
    private TimeSpan? lastInPause;
    private int agents;

    public DatabaseServer Server => server;

    public MemberName Name => server.Name;

    public MemberTags Tags => options.Tags;

    public bool IsUp { get; private set; } = true;

    /// <summary>Whose REST interface answers at an address.</summary>
    public Func<string, SimHost?> HostAt { get; set; } = static _ => null;

    /// <summary>When a fence kills the database; null when it will not.</summary>
    public TimeSpan? GuardedUntil =>
        guard is { IsReady: true, Deadline: { } guarded } ? guarded : Agent is null ? null : fence?.Deadline;

    public string ApiUrl => options.ApiUrl;

    public TimeSpan CalendarOffset { get; set; }

    public MemberAgent? Agent { get; private set; }

    public SimProcess Process => process;

    /// <summary>Neither agent nor guard can act: what its database does meanwhile, nobody could prevent.</summary>
    public bool IsUnguarded { get; private set; }

    /// <summary>The agent, or the last one that lived, last knew the cluster as paused: it has disarmed every fence.</summary>
    public bool WasInPauseLately
    {
        get
        {
            if ((Agent?.Control.View ?? lastView) is { Policy.IsPaused: true })
            {
                lastInPause = parts.Scheduler.Now;
            }

            return lastInPause is { } then && parts.Scheduler.Now - then < TimeSpan.FromSeconds(3);
        }
    }

    private bool HasLiveAgent => Agent is not null && !process.IsFrozen;

    public void StartAgent()
    {
        if (Agent is not null || !IsUp)
        {
            return;
        }

        process = NewProcess(server, parts);
        var own = process;
        var clock = new SimClock(parts.Scheduler, own, () => CalendarOffset);
        var signal = new AgentSignal(clock);
        if (guard is not { IsReady: true })
        {
            guard = new SimGuard(NewProcess(server, parts), parts.Scheduler, server) { IsBroken = sabotage == Sabotage.FencesDoNothing };
        }

        line = new StoreLine(parts.Store, parts.Network, parts.Random, parts.Scheduler, own, server.Place) { LosesAnswers = losesAnswers };
        client = new StoreClient(line);
        engine = new SimEngine(server, all, own, signal, parts);
        fence = new SimThreadFence(own, parts.Scheduler, server);
        var loggers = new SimLoggers(Name.Text, parts.Trace, text => parts.Check.Fail($"{Name}: {text}"));
        var ports = new AgentPorts(
            client,
            engine,
            new SimPeers(this, HostAt, parts, own, sabotage),
            sabotage == Sabotage.FencesDoNothing ? [guard] : [fence, guard],
            static _ => Task.FromResult(new ControlAnswer(ControlOutcome.Done, "")),
            clock,
            loggers);
        Agent = new MemberAgent(options, ports, signal, guard.Deadline);
        parts.Scheduler.Post(new Work(own, () => _ = RunAsync(Agent)));
        var number = ++agents;
        BeGuardedSoon(number);
    }

    public void KillAgent()
    {
        process.Die();
        engine?.Abandon();
        lastView = Agent?.Control.View ?? lastView;
        Agent = null;
        client = null;
        NoteGuarding();
    }

    public void KillGuard()
    {
        guard?.Process.Die();
        NoteGuarding();
    }

    public void FreezeAgent()
    {
        process.Freeze();
        NoteGuarding();
    }

    public void ThawAgent() => process.Thaw();

    public void FreezeHost()
    {
        process.Freeze();
        guard?.Process.Freeze();
        server.Process.Freeze();
    }

    public void ThawHost()
    {
        process.Thaw();
        guard?.Process.Thaw();
        server.Process.Thaw();
    }

    /// <summary>The power goes: every process ends, and what was not flushed is lost.</summary>
    public void Lose()
    {
        IsUp = false;
        KillAgent();
        guard?.Process.Die();
        guard = null;
        server.Process.Die();
        server.Kill();
        IsUnguarded = false;
        lastView = null;
    }

    public void Boot()
    {
        if (!IsUp)
        {
            IsUp = true;
            server.Reboot();
            StartAgent();
        }
    }

    public void OnStoreChange() => client?.OnChange();

    public void BreakWatches(bool isCompacted) => client?.BreakWatches(isCompacted);

    public void LoseAnswers(double probability)
    {
        losesAnswers = probability;
        if (line is { } present)
        {
            present.LosesAnswers = probability;
        }
    }

    /// <summary>Asks something of the agent, as an operator would through its REST API.</summary>
    public void Ask(Func<IMemberControl, Task<ControlAnswer>> question)
    {
        if (Agent is { } agent)
        {
            parts.Scheduler.Post(new Work(process, () => _ = question(agent.Control)));
        }
    }

    private static SimProcess NewProcess(DatabaseServer server, SimParts parts) => new(parts.Scheduler, parts.Random, server.Name.Text);

    /// <summary>A new agent needs a moment to see what runs here, and longer when it does not answer.</summary>
    private void BeGuardedSoon(int number) =>
        parts.Scheduler.At(parts.Scheduler.Now + TimeSpan.FromSeconds(3), new Work(null, () =>
        {
            if (number == agents && HasLiveAgent)
            {
                IsUnguarded &= server.Process.IsFrozen;
                if (IsUnguarded)
                {
                    BeGuardedSoon(number);
                }
            }
        }));

    private void NoteGuarding() => IsUnguarded |= !HasLiveAgent && guard is not { IsReady: true };

    private async Task RunAsync(MemberAgent agent)
    {
        try
        {
            await agent.RunAsync(CancellationToken.None, CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever ends an agent is a finding.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            parts.Check.Fail($"the agent of {Name} ended: {exception}");
        }
    }
}
