using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.State;

namespace Holdfast.Stores.Raft.Node;

/// <summary>Hands every applied change to those who watch its keys. Who lags too far behind is sent back to the history.</summary>
internal sealed class WatchHub(ChangeHistory history, int lagMax)
{
    private readonly List<Subscription> subscriptions = [];

    /// <summary>Null when the changes after the revision are gone.</summary>
    public Subscription? Subscribe(string prefix, Revision after)
    {
        if (history.After(after, prefix) is not { } backlog)
        {
            return null;
        }

        var subscription = new Subscription(prefix, after, backlog, lagMax);
        subscriptions.Add(subscription);
        return subscription;
    }

    public void Unsubscribe(Subscription subscription) => subscriptions.Remove(subscription);

    public void Publish(StoreChange change)
    {
        for (var i = subscriptions.Count - 1; i >= 0; i--)
        {
            var subscription = subscriptions[i];
            if (change.Revision > subscription.After
                && ChangeHistory.Below(change, subscription.Prefix) is { } part
                && !subscription.TryAdd(part))
            {
                subscription.End(null);
                subscriptions.RemoveAt(i);
            }
        }
    }

    /// <summary>A snapshot replaced the state: which changes led to it is not known here.</summary>
    public void EndAll(Exception why)
    {
        subscriptions.ForEach(subscription => subscription.End(why));
        subscriptions.Clear();
    }
}
