using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.State;

namespace Holdfast.Stores.Raft.Tests.Simulation;

/// <summary>
/// Clients that write, read and keep sessions alive through whoever believes to lead. Revisions order all operations, so
/// linearizability is: an operation that began after another had ended sees no older revision.
/// </summary>
internal sealed class SimulatedClients(World world)
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(2);

    private readonly Dictionary<(ulong, long), Pending> writes = [];
    private readonly Dictionary<(ulong, long), CommandResult> results = [];
    private readonly Dictionary<ulong, (TimeSpan Asked, string? Session, long Term)> reads = [];
    private readonly Dictionary<ulong, long> askedAt = [];
    private readonly List<string> sessions = [];
    private long newestSeen;
    private long sequence;
    private ulong ticket;

    public int Writes { get; private set; }

    public int Reads { get; private set; }

    public int Kept { get; private set; }

    public void Act()
    {
        switch (world.Random.Next(10))
        {
            case < 5:
                Write(new Command.Transact(new StoreTransaction([], [new StoreWrite.Put($"/k/{world.Random.Next(5)}", $"{sequence}", AnySession())])));
                break;
            case < 8:
                Ask(null);
                break;
            case 8 when sessions.Count < 6:
                var session = $"s{sequence}";
                Write(new Command.OpenSession(session, TimeToLive));
                break;
            default:
                if (sessions.Count > 0)
                {
                    Ask(sessions[world.Random.Next(sessions.Count)]);
                }

                break;
        }
    }

    public void Write(Command command)
    {
        var id = new RequestId((ulong)world.Random.Next(1, 4), ++sequence, 0);
        var pending = new Pending(id, command, newestSeen, world.Now);
        writes[(id.Client, id.Sequence)] = pending;
        Send(pending, 5);
    }

    public void Applied(SimulatedNode node, RequestId id, CommandResult result)
    {
        if (id == RequestId.None || result.Outcome == CommitOutcome.Unknown)
        {
            return;
        }

        if (!results.TryAdd((id.Client, id.Sequence), result))
        {
            SafetyCheck.Require(results[(id.Client, id.Sequence)] == result, $"{node.Name} repeats request {id} with another result");
        }

        if (writes.Remove((id.Client, id.Sequence), out var pending))
        {
            Finish(pending, result);
        }
    }

    public void Confirmed(SimulatedNode node, ConfirmedRead read)
    {
        if (!reads.Remove(read.Ticket, out var asked))
        {
            return;
        }

        SafetyCheck.Require(node.Applied >= read.Index, $"{node.Name} has not applied {read.Index}, which a read needs");
        if (asked.Session is { } session)
        {
            if (node.Leads(asked.Term) && node.State.Sessions.ContainsKey(session) && !node.IsExpiring(session))
            {
                Kept++;
                world.Check.Promise(session, asked.Asked + TimeToLive);
            }

            return;
        }

        Reads++;
        var revision = node.State.Revision.Number;
        SafetyCheck.Require(revision >= askedAt[read.Ticket], $"a read at {node.Name} gave revision {revision}, older than {askedAt[read.Ticket]}");
        newestSeen = Math.Max(newestSeen, revision);
    }

    public void Dropped(ulong dropped) => reads.Remove(dropped);

    private void Finish(Pending pending, CommandResult result)
    {
        Writes++;
        if (pending.Command is Command.OpenSession open)
        {
            sessions.Add(open.Session);
            world.Check.Promise(open.Session, pending.Asked + TimeToLive);
        }
        else if (result.Outcome == CommitOutcome.Committed)
        {
            SafetyCheck.Require(
                result.Revision > pending.SeenBefore, $"a write got revision {result.Revision}, though {pending.SeenBefore} was seen before it began");
            newestSeen = Math.Max(newestSeen, result.Revision);
        }
    }

    private void Send(Pending pending, int attempts)
    {
        if (attempts == 0 || !writes.ContainsKey((pending.Id.Client, pending.Id.Sequence)))
        {
            return;
        }

        AnyLeader()?.Propose(pending.Id, pending.Command);
        world.After(TimeSpan.FromMilliseconds(100 + world.Random.Next(400)), () => Send(pending, attempts - 1));
    }

    private void Ask(string? session)
    {
        if (AnyLeader() is not { } node)
        {
            return;
        }

        reads[++ticket] = (world.Now, session, node.Core.Term);
        askedAt[ticket] = newestSeen;
        if (!(session is null ? node.Read(ticket) : node.Keep(ticket, session)))
        {
            reads.Remove(ticket);
        }
    }

    private SimulatedNode? AnyLeader()
    {
        var leading = world.Nodes.Values.Where(node => node.IsUp && node.Core.Role == RaftRole.Leader).ToArray();
        return leading.Length == 0 ? null : leading[world.Random.Next(leading.Length)];
    }

    private SessionId? AnySession() =>
        sessions.Count > 0 && world.Random.Next(4) == 0 ? new SessionId(sessions[world.Random.Next(sessions.Count)]) : null;

    private sealed record Pending(RequestId Id, Command Command, long SeenBefore, TimeSpan Asked);
}
