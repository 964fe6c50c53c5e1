using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Kubernetes;

/// <summary>What writes make of a state: all thinking about transactions and sessions, without a server.</summary>
internal static class StateTransactions
{
    /// <summary>Null when nothing stands in the way of the transaction.</summary>
    public static CommitOutcome? Objection(StoredState state, StoreTransaction transaction)
    {
        if (!transaction.Conditions.All(condition => (state.Keys.GetValueOrDefault(condition.Key)?.Modified ?? Revision.Absent.Number) == condition.Modified.Number))
        {
            return CommitOutcome.Conflict;
        }

        return transaction.Writes.OfType<StoreWrite.Put>().Any(put => put.Session is { } session && !state.Sessions.Contains(session.Text))
            ? CommitOutcome.SessionEnded
            : null;
    }

    /// <summary>The state after the transaction; null when it is refused, or changes nothing.</summary>
    public static StoredState? Apply(StoredState state, StoreTransaction transaction, string id)
    {
        if (Objection(state, transaction) is not null)
        {
            return null;
        }

        var keys = state.Keys.ToBuilder();
        foreach (var write in transaction.Writes)
        {
            if (write is StoreWrite.Put put)
            {
                keys[put.Key] = new StoredKey(put.Value, state.NextRevision, put.Session?.Text);
            }
            else
            {
                keys.Remove(write.Key);
            }
        }

        var after = keys.ToImmutable();
        return ReferenceEquals(after, state.Keys) ? null : state with
        {
            Revision = state.NextRevision,
            Keys = after,
            Recent = [.. state.Recent.TakeLast(StoredState.RecentMax - 1), new WireCommit(state.NextRevision, id)],
        };
    }

    public static StoredState? WithSession(StoredState state, string session) =>
        state.Sessions.Contains(session) ? null : state with { Sessions = state.Sessions.Add(session) };

    /// <summary>A session leaves together with its keys.</summary>
    public static StoredState? WithoutSession(StoredState state, string session)
    {
        if (!state.Sessions.Contains(session))
        {
            return null;
        }

        var ends = state.Keys.Where(pair => pair.Value.Session == session).Select(pair => pair.Key).ToImmutableArray();
        return state with
        {
            Sessions = state.Sessions.Remove(session),
            Keys = state.Keys.RemoveRange(ends),
            Revision = ends.IsEmpty ? state.Revision : state.NextRevision,
        };
    }
}
