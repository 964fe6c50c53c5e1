using System.Runtime.CompilerServices;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.Transport;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Raft.Node;

/// <summary>How the world reaches the loop, and what the loop says to the log.</summary>
internal sealed partial class RaftNode
{
    public async Task<T> AskAsync<T>(StoreRequest<T> request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!inputs.Writer.TryWrite(new NodeInput.Asked(request)))
        {
            throw new StoreUnavailableException(
                running.IsCompleted ? "the store has stopped" : $"more than {InputsMax} requests wait", null);
        }

        await using var registration = cancellationToken.UnsafeRegister(
            static (asked, token) => ((StoreRequest<T>)asked!).Abandon(token), request);
        return await request.Answer;
    }

    /// <summary>Follows the changes; a reader that lags behind finds them in the history, as long as that reaches back.</summary>
    public async IAsyncEnumerable<StoreChange> WatchAsync(
        string prefix, Revision after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var subscription = await AskAsync(new WatchRequest(prefix, after), cancellationToken);
            try
            {
                foreach (var change in subscription.Backlog)
                {
                    after = change.Revision;
                    yield return change;
                }

                await foreach (var change in subscription.Following.ReadAllAsync(cancellationToken))
                {
                    after = change.Revision;
                    yield return change;
                }
            }
            finally
            {
                Unsubscribe(subscription);
            }
        }
    }

    private void Unsubscribe(Subscription subscription) => Notice(new NodeInput.Unsubscribed(subscription));

    public ValueTask PeerSaidAsync(string from, PeerMessage message, CancellationToken cancellationToken) =>
        inputs.Writer.WriteAsync(new NodeInput.PeerSaid(from, message), cancellationToken);

    public void PeerFound(Introduction peer) => Notice(new NodeInput.PeerFound(peer));

    public bool IsWelcome(Introduction peer) =>
        !state.Identities.TryGetValue(peer.Address, out var known) || known == peer.Identity;

    /// <summary>How many members' data directories are written down.</summary>
    public int IdentitiesKnown => state.Identities.Count;

    public void Forgotten(string peer) => Notice(new NodeInput.Forgotten(peer));

    public void PeerCalled(string address) => Notice(new NodeInput.PeerCalled(address));

    public void PeerLost(string address) => Notice(new NodeInput.PeerLost(address));

    public void PeerUnreachable(string address, Exception reason)
    {
        if (unreachable.MayComplain(address))
        {
            LogUnreachable(address, reason.Message);
        }
    }

    public void BatchWritten(PersistBatch batch) => NoticeFromDisk(new NodeInput.BatchWritten(batch));

    public void SnapshotWritten(LogPoint point) => NoticeFromDisk(new NodeInput.SnapshotWritten(point));

    public void SnapshotFailed(Exception reason) => NoticeFromDisk(new NodeInput.SnapshotFailed(reason));

    public void DiskFailed(Exception reason) => NoticeFromDisk(new NodeInput.DiskFailed(reason));

    public void DiskRecovered() => NoticeFromDisk(new NodeInput.DiskRecovered());

    private void Notice(NodeInput input)
    {
        notices.Enqueue(input);
        Wake();
    }

    /// <summary>When the queue is full the loop is awake, and finds the notices by itself.</summary>
    private void Wake() => inputs.Writer.TryWrite(NodeInput.Woken.Instance);

    private void NoticeFromDisk(NodeInput input)
    {
        notices.Enqueue(input);
#pragma warning disable RS0030 // The loop must not run on the disk's thread, which has the next write to do.
        ThreadPool.UnsafeQueueUserWorkItem(static node => node.Wake(), this, preferLocal: false);
#pragma warning restore RS0030
    }

    [LoggerMessage(2001, LogLevel.Information, "Node {Address} started with members {Members}, term {Term}, last entry {LastIndex}")]
    private partial void LogStarted(string address, Configuration members, long term, long lastIndex);

    [LoggerMessage(2002, LogLevel.Information, "{Leader} leads the store in term {Term}")]
    private partial void LogReign(string leader, long term);

    [LoggerMessage(2003, LogLevel.Critical, "The store has stopped: this state should be impossible")]
    private partial void LogStopped(Exception impossible);

    [LoggerMessage(2004, LogLevel.Error, "The disk takes no writes, so this node confirms nothing until it does: {Reason}")]
    private partial void LogDiskFailed(string reason);

    [LoggerMessage(2005, LogLevel.Information, "The disk takes writes again")]
    private partial void LogDiskRecovered();

    [LoggerMessage(2006, LogLevel.Warning, "Could not write a snapshot; the log keeps growing until it can be: {Reason}")]
    private partial void LogSnapshotFailed(string reason);

    [LoggerMessage(2007, LogLevel.Warning, "Could not hand over the leadership within {Seconds} s")]
    private partial void LogHandOverFailed(double seconds);

    [LoggerMessage(2008, LogLevel.Warning, "Cannot reach {Address}: {Reason}")]
    private partial void LogUnreachable(string address, string reason);

    [LoggerMessage(2009, LogLevel.Information, "Installed a snapshot up to entry {Index} from the leader")]
    private partial void LogInstalled(long index);
}
