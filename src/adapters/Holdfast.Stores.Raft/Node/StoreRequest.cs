using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.State;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.Node;

/// <summary>Something a caller waits for; owned by the node's loop once it is posted.</summary>
internal abstract class StoreRequest
{
    /// <summary>When the loop gives up; set on arrival.</summary>
    public TimeSpan Due { get; set; }

    public TimeSpan SentAt { get; set; }

    /// <summary>The reign (leader and term) that it was sent to last; null when it must be sent.</summary>
    public (string Leader, long Term)? SentTo { get; set; }

    public abstract bool IsSettled { get; }

    /// <summary>Ends the wait without an answer, as the port promises for this request.</summary>
    public abstract void GiveUp(string why);
}

internal abstract class StoreRequest<T> : StoreRequest
{
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => completion.Task;

    public override bool IsSettled => completion.Task.IsCompleted;

    public void Settle(T answer) => completion.TrySetResult(answer);

    public void Abandon(CancellationToken cancellationToken) => completion.TrySetCanceled(cancellationToken);

    public override void GiveUp(string why) => Fail(new StoreUnavailableException(why, null));

    protected void Fail(Exception exception) => completion.TrySetException(exception);
}

internal sealed class WriteRequest(Command command, RequestId? given) : StoreRequest<CommandResult>
{
    public Command Command => command;

    /// <summary>Given by a client elsewhere, or by the loop on arrival.</summary>
    public RequestId? Id { get; set; } = given;

    public ReadOnlyMemory<byte> Encoded { get; set; }

    /// <summary>How often it went to a leader, less how often one said that it wrote nothing.</summary>
    public int Attempts { get; set; }

    public override void GiveUp(string why)
    {
        if (Attempts > 0)
        {
            Settle(new CommandResult(CommitOutcome.Unknown, 0));
        }
        else
        {
            base.GiveUp(why);
        }
    }
}

internal sealed class ReadRequest(string prefix) : StoreRequest<StoreImage>
{
    public string Prefix => prefix;

    public ulong Ticket { get; set; }
}

internal sealed class KeepRequest(string session) : StoreRequest<SessionKeeping>
{
    public string Session => session;

    public ulong Ticket { get; set; }

    public override void GiveUp(string why) => Settle(SessionKeeping.Unknown);
}

internal sealed class WatchRequest(string prefix, Model.Revision after) : StoreRequest<Subscription>
{
    public string Prefix => prefix;

    public Model.Revision After => after;

    public void Compacted() => Fail(new StoreCompactedException($"the changes after revision {after} are no longer kept"));
}

internal sealed class MembershipRequest(MembershipWish wish, string node) : StoreRequest<bool>
{
    public MembershipWish Wish => wish;

    public string Node => node;
}
