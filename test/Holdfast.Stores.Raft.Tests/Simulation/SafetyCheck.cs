using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.State;

namespace Holdfast.Stores.Raft.Tests.Simulation;

/// <summary>What must never happen, looked at whenever it could.</summary>
internal sealed class SafetyCheck(World world)
{
    private readonly Dictionary<long, string> leaders = [];
    private readonly SortedDictionary<long, LogEntry> committed = [];
    private readonly Dictionary<string, TimeSpan> endedAt = [];
    private readonly Dictionary<string, TimeSpan> promised = [];

    public int Committed => committed.Count;

    public int Leaders => leaders.Count;

    /// <summary>Election safety, and leader completeness.</summary>
    public void Leads(SimulatedNode node)
    {
        var term = node.Core.Term;
        Require(leaders.TryAdd(term, node.Name) || leaders[term] == node.Name, $"{node.Name} and {leaders[term]} both lead term {term}");
        foreach (var (index, entry) in committed.Where(known => known.Key >= node.Core.Log.FirstIndex))
        {
            Require(node.Core.Log.TermAt(index) == entry.Term, $"{node.Name} leads term {term} without the committed entry {index}");
        }
    }

    /// <summary>State machine safety.</summary>
    public void Applied(SimulatedNode node, LogEntry entry)
    {
        if (!committed.TryAdd(entry.Index, entry))
        {
            var known = committed[entry.Index];
            Require(
                known.Term == entry.Term && known.Data.Span.SequenceEqual(entry.Data.Span),
                $"{node.Name} applied another entry {entry.Index} (term {entry.Term}) than was applied before (term {known.Term})");
        }
    }

    public void Changed(SimulatedNode node, Command command)
    {
        if (command is Command.ExpireSession { Session: var session } && endedAt.TryAdd(session, world.Now))
        {
            CheckSession(session);
        }
    }

    /// <summary>A keep-alive was answered: the session must last a full time to live from before it was sent.</summary>
    public void Promise(string session, TimeSpan until)
    {
        promised[session] = promised.TryGetValue(session, out var before) && before > until ? before : until;
        CheckSession(session);
    }

    /// <summary>Log matching: where two logs agree on an entry's term, they agree on all before it.</summary>
    public void Logs()
    {
        var nodes = world.Nodes.Values.Where(node => node.IsUp).ToArray();
        foreach (var (one, other) in nodes.SelectMany(one => nodes.Select(other => (one.Core.Log, other.Core.Log))))
        {
            var isSame = false;
            for (var index = Math.Min(one.LastIndex, other.LastIndex); index >= Math.Max(one.FirstIndex, other.FirstIndex); index--)
            {
                var agrees = one.TermAt(index) == other.TermAt(index);
                Require(agrees || !isSame, $"two logs agree after entry {index} but not on it");
                isSame |= agrees;
            }
        }
    }

    public static void Require(bool holds, string violation)
    {
        if (!holds)
        {
            throw new InvalidOperationException(violation);
        }
    }

    private void CheckSession(string session)
    {
        if (endedAt.TryGetValue(session, out var ended) && promised.TryGetValue(session, out var until))
        {
            Require(ended >= until, $"session {session} ended at {ended}, and was promised to last until {until}");
        }
    }
}
