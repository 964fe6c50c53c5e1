using System.Collections.Immutable;
using Holdfast.Decisions.Routing;
using Holdfast.Router.Loops;

namespace Holdfast.Router.Clusters;

/// <summary>A connection to a member, and what it was made for.</summary>
/// <param name="Socket">Connected.</param>
/// <param name="Target">The member.</param>
/// <param name="IsPrimary">It takes writes: the primary, or one of many.</param>
/// <param name="Term">By the table of this term.</param>
internal sealed record MemberConnection(LoopSocket Socket, Target Target, bool IsPrimary, Holdfast.Model.Term Term);

/// <summary>
/// Finds a member for a client and connects to it. While there is no primary the client waits, within bounds; a member that refuses is
/// given a moment, since the next table may be on its way, and then the client is told.
/// </summary>
internal sealed class Connector(LoopCluster part)
{
    /// <summary>A crash is known here within milliseconds of the first refused connection.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(50);

    private readonly ReadCandidate[] candidates = new ReadCandidate[64];

    /// <summary>Null when the client is to be told no, or is gone itself.</summary>
    public async Task<MemberConnection?> ConnectAsync(PortRole role, LoopSocket client, TimeSpan holdLimit)
    {
        using var wait = part.Wait();
        wait.Watch(client);
        var began = part.Cluster.Now;
        List<Target>? tried = null;
        long? refusedBy = null;
        var isHeld = false;
        try
        {
            while (!client.IsHungUp)
            {
                var table = part.Table;
                if (refusedBy != table.Number)
                {
                    tried?.Clear();
                }

                if (Choose(table, role, tried) is { } target)
                {
                    if (await TryAsync(target, table, wait, client) is { } connected)
                    {
                        return connected;
                    }

                    (tried ??= []).Add(target);
                    refusedBy = table.Number;
                    continue;
                }

                // Somebody should have served and did not: a newer table may say why. Otherwise nobody could serve at all, and the client waits for one.
                refusedBy = IsServed(table, role) ? table.Number : refusedBy;
                var left = refusedBy == table.Number ? Grace : holdLimit - (part.Cluster.Now - began);
                if (left <= TimeSpan.Zero || (!isHeld && !part.Cluster.TryHold()))
                {
                    return null;
                }

                isHeld = true;
                await wait.NextAsync(left);
                if (refusedBy == table.Number && part.Table.Number == table.Number)
                {
                    return null;
                }
            }

            return null;
        }
        finally
        {
            if (isHeld)
            {
                part.Cluster.EndHold();
                part.Traffic.CountHold(part.Cluster.Now - began);
            }
        }
    }

    /// <summary>Null when nobody is left to be tried.</summary>
    private Target? Choose(RouteTable table, PortRole role, List<Target>? tried)
    {
        var reader = role == PortRole.ReadOnly ? Choose(table.Readers, tried) : null;
        if (reader is not null)
        {
            return reader;
        }

        var mayUsePrimary = role == PortRole.ReadWrite || part.Options.ReadsFallBackToPrimary;
        return mayUsePrimary && table.Plan.DrainsFor is null && table.Primary is not null ? Choose(table.Writers, tried) : null;
    }

    /// <summary>Somebody should take the connection now, even if nobody does.</summary>
    private bool IsServed(RouteTable table, PortRole role) =>
        (role == PortRole.ReadOnly && !table.Readers.IsEmpty)
        || ((role == PortRole.ReadWrite || part.Options.ReadsFallBackToPrimary) && table.Primary is not null && table.Plan.DrainsFor is null);

    private Target? Choose(ImmutableArray<Destination> destinations, List<Target>? tried)
    {
        var now = part.Cluster.Now;
        var turn = part.NextTurn();
        var known = 0;
        Span<int> indexes = stackalloc int[candidates.Length];
        for (var index = 0; index < destinations.Length && known < candidates.Length; index++)
        {
            var (target, isNear) = destinations[index];
            if (tried?.Contains(target) != true && target.Breaker.MayTry(now))
            {
                candidates[known] = new(target.Name, target.Connections, isNear, ShareOf(target, now));
                indexes[known++] = index;
            }
        }

        var chosen = ReadChoice.Choose(part.Options.Balance, candidates.AsSpan(0, known), turn);
        return chosen >= 0 && destinations[indexes[chosen]].Target is { } best && best.TryBegin(now) ? best : null;
    }

    private double ShareOf(Target target, TimeSpan now)
    {
        const double Least = 0.1;
        var since = now - target.ReturnedAt;
        return since >= part.Options.SlowStart ? 1 : Math.Max(Least, since / part.Options.SlowStart);
    }

    private async Task<MemberConnection?> TryAsync(Target target, RouteTable table, Waiting wait, LoopSocket client)
    {
        var began = part.Cluster.Now;
        part.Cluster.NoteAsked(target);
        foreach (var address in target.Addresses)
        {
            var socket = LoopSocket.Connect(part.Loop, address, out var error);
            wait.Watch(socket);
            while (error == 0 && !socket.Writable.IsCompleted && !client.IsHungUp && IsStillMeant(target, table))
            {
                var left = part.Options.ConnectLimit - (part.Cluster.Now - began);
                if (left <= TimeSpan.Zero)
                {
                    error = Linux.TimedOut;
                    break;
                }

                await wait.NextAsync(left);
            }

            wait.Unwatch(socket);
            error = error != 0 ? error : socket.Writable.IsCompleted ? socket.ConnectError() : -1;
            if (error == 0)
            {
                target.Succeeded(part.Cluster.Now - began, OthersMs(table, target), part.Cluster.Now, part.Options.Breaker);
                part.Traffic.Connected++;
                return new(socket, target, table.TakesWrites(target), table.Plan.Term);
            }

            socket.Dispose();
            if (error < 0)
            {
                // The client has gone, or the table has changed: that says nothing of the member.
                target.Abandoned();
                return null;
            }
        }

        target.Failed(part.Cluster.Now, part.Options.Breaker);
        return null;
    }

    private bool IsStillMeant(Target target, RouteTable began) =>
        part.Table.Number == began.Number || part.Table.TakesWrites(target) || part.Table.Readers.Any(reader => reader.Target == target);

    private static double OthersMs(RouteTable table, Target target)
    {
        var others = table.Readers.Select(reader => reader.Target).Where(other => other != target && other.ConnectMs > 0).Select(other => other.ConnectMs).Order().ToArray();
        return others.Length == 0 ? 0 : others[others.Length / 2];
    }
}
