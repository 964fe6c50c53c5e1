using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Simulation.Database;
using Holdfast.Simulation.Store;
using Holdfast.Simulation.Time;
using Holdfast.StoreLayout;

namespace Holdfast.Simulation.Checks;

/// <summary>The rules that may never break, watched from outside with the truth of every part at hand.</summary>
internal sealed class ClusterCheck(Scheduler scheduler, ClusterKeys keys, Trace trace) : IClusterCheck
{
    private static readonly TimeSpan ThawRace = TimeSpan.FromMilliseconds(60);
    private readonly List<(int Write, int End)> acknowledged = [];
    private readonly List<(int Write, int End)> kept = [];
    private readonly HashSet<string> recorded = [];
    private StoreServer store = null!;
    private IReadOnlyList<SimHost> hosts = [];
    private SyncDocumentView sync = SyncDocumentView.Empty;
    private string? holder;
    private string? lastHolder;
    private long term;
    private bool isSynchronous;
    private bool usesFailsafe;
    private bool hasPromotedUnprotected;
    private bool wasRecordedSinceOn;
    private TimeSpan pausedUntil;
    private (string Name, TimeSpan Until)? endedEarly;

    public string? Failure { get; private set; }

    public int Acknowledgements { get; private set; }

    public int Leaders { get; private set; }

    public string? Holder => holder;

    public IReadOnlyList<string> SyncStandbys => sync.Standbys;

    /// <summary>The store's document names everybody who may lead, so nothing acknowledged may be lost.</summary>
    private bool IsProtected => isSynchronous && wasRecordedSinceOn && sync.Leader is not null;

    public void Watch(StoreServer truth, IReadOnlyList<SimHost> all)
    {
        store = truth;
        hosts = all;
    }

    /// <summary>
    /// Two members that were promoted in turn from the same timeline, the second without knowing of the first, are on timelines of
    /// the same number: the server itself cannot tell them apart. Without synchronous mode nothing rules this out.
    /// </summary>
    public bool MayCollide => !IsProtected || hasPromotedUnprotected;

    public void Fail(string why)
    {
        if (Failure is null)
        {
            Failure = why;
            if (trace.IsOn)
            {
                trace.Add("CHECK", why);
            }
        }
    }

    /// <summary>The store is about to break its word: whoever leads then may go on for as long as it was promised, if nobody else takes the lease.</summary>
    public void ExpectEarlyEnd() => endedEarly = holder is { } name && Host(name) is { GuardedUntil: { } until } ? (name, until) : endedEarly;

    public void Acknowledged(DatabaseServer server, int write, int end)
    {
        Acknowledgements++;
        acknowledged.Add((write, end));
        scheduler.Mix(write);
        if (holder != server.Name.Text && !IsTolerated(server) && !IsConfirmed(server))
        {
            Fail($"{server.Name} acknowledged write {write} while {holder ?? "nobody"} holds the lease");
        }

        if (!IsProtected)
        {
            return;
        }

        if (sync.Leader != server.Name.Text && IsTolerated(server) && Host(sync.Leader!) is { } next && Holds(next.Server.Directory, write, end))
        {
            // The standby had confirmed it, and took it along when it became the leader.
            kept.Add((write, end));
            return;
        }

        if (!recorded.Contains(server.Name.Text) && IsTolerated(server))
        {
            // Nobody could stop it, and synchronous mode was switched on without it.
            return;
        }

        if (sync.Leader != server.Name.Text)
        {
            Fail($"{server.Name} acknowledged write {write} in synchronous mode while the store names {sync.Leader} as the leader");
            return;
        }

        kept.Add((write, end));
        foreach (var standby in sync.Standbys)
        {
            if (Host(standby) is { } host && host.Server.Directory.State == DataDirectoryState.Valid && !Holds(host.Server.Directory, write, end))
            {
                Fail($"{server.Name} acknowledged write {write}, which {standby} does not have although the store names it as synchronous");
            }
        }
    }

    public void AcceptsWrites(DatabaseServer server)
    {
        if (trace.IsOn)
        {
            trace.Add(server.Name.Text, $"accepts writes on timeline {server.Directory.Timeline} from {server.Directory.Flushed}");
        }

        hasPromotedUnprotected |= !IsProtected && server.Directory.Timeline > 1;
        if (holder == server.Name.Text)
        {
            ExpectEveryWrite(server, "began to accept writes");
        }
        else if (!IsTolerated(server) && !IsConfirmed(server))
        {
            Fail($"{server.Name} began to accept writes while {holder ?? "nobody"} holds the lease");
        }
    }

    public void Begins(DatabaseServer server, DatabaseWork work)
    {
        if (work is DatabaseWork.Promote or DatabaseWork.StartPrimary && holder != server.Name.Text && !IsConfirmed(server))
        {
            Fail($"{server.Name} began to {work.GetType().Name} while {holder ?? "nobody"} holds the lease");
        }
    }

    public void StoreChanged(StoreChange change)
    {
        foreach (var entry in change.Written)
        {
            if (entry.Key == keys.Leader)
            {
                LeaderIs(entry.Value, entry.Modified.Number);
            }
            else if (entry.Key == keys.Sync)
            {
                SyncIs(SyncDocumentView.Parse(entry.Value));
            }
            else if (entry.Key == keys.Config)
            {
                ConfigurationIs(entry.Value);
            }
        }

        foreach (var key in change.Deleted)
        {
            if (key == keys.Leader)
            {
                LeaderIs(null, change.Revision.Number);
            }
        }

        if (trace.IsOn)
        {
            TraceChange(change);
        }
    }

    /// <summary>At the end of a run, when everything is healthy again.</summary>
    public void ExpectEveryWrite(DatabaseServer server, string when)
    {
        if (!IsProtected)
        {
            return;
        }

        foreach (var (write, end) in kept)
        {
            if (!Holds(server.Directory, write, end))
            {
                Fail($"{server.Name} {when} without the acknowledged write {write} at {end}");
                return;
            }
        }
    }

    private static bool Holds(DataDirectory directory, int write, int end) =>
        directory.Flushed >= end && directory.Log[end - 1].Write == write;

    private SimHost? Host(string name) => hosts.FirstOrDefault(host => host.Name.Text == name);

    /// <summary>What no agent could have prevented: the race after a thaw, a host without agent and guard, and what pause allows.</summary>
    private bool IsTolerated(DatabaseServer server) =>
        (server.Process.ThawedAt is { } thawed && scheduler.Now - thawed <= ThawRace)
        || server.Process.IsFrozen
        || Host(server.Name.Text) is { IsUnguarded: true }
        || scheduler.Now < pausedUntil
        || Host(server.Name.Text) is { WasInPauseLately: true }
        || store.Entry(keys.Initialize) is null or { Value.Length: 0 };

    /// <summary>The lease has ended, and nobody can take it: every member has promised this one not to.</summary>
    private bool IsConfirmed(DatabaseServer server) => holder is null && Host(server.Name.Text) is { } host && (IsTrusted(host) || WasEndedEarly(host));

    private bool WasEndedEarly(SimHost host) => endedEarly is { } early && early.Name == host.Name.Text && scheduler.Now < early.Until;

    private bool IsTrusted(SimHost host) =>
        usesFailsafe && store.Entry(keys.Failsafe) is not null && host.GuardedUntil > scheduler.Now;

    private void LeaderIs(string? name, long modified)
    {
        if (name is not null)
        {
            Leaders += name != lastHolder ? 1 : 0;
            lastHolder = name;
            if (modified <= term)
            {
                Fail($"the term went from {term} to {modified}");
            }

            term = modified;
        }

        if (holder is { } old && old != name && Host(old) is { Server.AcceptsWrites: true } late && !IsTolerated(late.Server) && !(name is null && (IsTrusted(late) || WasEndedEarly(late))))
        {
            Fail($"the lease left {old} while its database accepts writes");
        }

        if (name is not null && hosts.FirstOrDefault(host => host.Name.Text != name && host.Server.AcceptsWrites && !IsTolerated(host.Server)) is { } other)
        {
            Fail($"{name} takes the lease while the database of {other.Name} accepts writes");
        }

        holder = name;
    }

    private void SyncIs(SyncDocumentView document)
    {
        var wasProtected = IsProtected;
        sync = document;
        wasRecordedSinceOn = isSynchronous;
        if (!wasProtected && IsProtected && Host(sync.Leader!) is { } leader)
        {
            // What was acknowledged before, and is still there, may not be lost from now on either.
            kept.AddRange(acknowledged.Where(item => Holds(leader.Server.Directory, item.Write, item.End)));
        }

        if (sync.Leader is null)
        {
            kept.Clear();
            recorded.Clear();
            return;
        }

        if (!IsProtected)
        {
            return;
        }

        recorded.Add(sync.Leader);
        foreach (var standby in sync.Standbys)
        {
            if (Host(standby) is { } host && host.Server.Directory.State == DataDirectoryState.Valid)
            {
                ExpectEveryWrite(host.Server, "was named as synchronous");
            }
        }
    }

    private void ConfigurationIs(string text)
    {
        var policy = Decisions.Configuration.DynamicConfiguration.ToPolicy(text).Policy;
        usesFailsafe = policy.UsesFailsafe;
        isSynchronous = policy.SynchronousMode != SynchronousMode.Off;
        if (!isSynchronous)
        {
            wasRecordedSinceOn = false;
            kept.Clear();
            recorded.Clear();
        }

        // Agents learn of the end of a pause a little later, and a cut-off one when it reaches the store again.
        pausedUntil = policy.IsPaused ? TimeSpan.MaxValue : pausedUntil == TimeSpan.MaxValue ? scheduler.Now + TimeSpan.FromSeconds(3) : pausedUntil;
    }

    private void TraceChange(StoreChange change)
    {
        foreach (var entry in change.Written)
        {
            trace.Add("store", $"{change.Revision} {entry.Key[keys.Prefix.Length..]} = {entry.Value} ({entry.Session?.Text ?? "-"})");
        }

        foreach (var key in change.Deleted)
        {
            trace.Add("store", $"{change.Revision} {key[keys.Prefix.Length..]} is gone");
        }
    }
}
