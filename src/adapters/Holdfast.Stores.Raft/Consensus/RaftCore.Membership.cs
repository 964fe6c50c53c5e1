namespace Holdfast.Stores.Raft.Consensus;

internal enum Reconfiguration
{
    /// <summary>Another change is under way, or this node does not lead yet.</summary>
    NotNow,
    AlreadySo,
    Started,
}

/// <summary>Changes of the members, one at a time, and of the leader on purpose.</summary>
internal sealed partial class RaftCore
{
    private string? transferTarget;
    private TimeSpan transferDue;
    private bool transferSent;

    public Reconfiguration AddMember(string node, TimeSpan time)
    {
        now = time;
        return log.Configuration.IsMember(node)
            ? Reconfiguration.AlreadySo
            : Reconfigure(log.Configuration.WithLearner(node));
    }

    public Reconfiguration RemoveMember(string node, TimeSpan time)
    {
        now = time;
        return log.Configuration.IsMember(node)
            ? Reconfigure(log.Configuration.Without(node))
            : Reconfiguration.AlreadySo;
    }

    /// <summary>Hands over to the named voter, or to the one with the longest log; says false when there is none.</summary>
    public bool TransferLeadership(string? target, TimeSpan time)
    {
        now = time;
        var successor = target ?? BestSuccessor();
        if (Role != RaftRole.Leader || successor is null || successor == settings.Self || !log.Configuration.IsVoter(successor))
        {
            return false;
        }

        transferTarget = successor;
        transferDue = now + settings.ElectionTimeout;
        transferSent = false;
        return true;
    }

    private string? BestSuccessor() => progress
        .Where(peer => log.Configuration.IsVoter(peer.Key) && now - peer.Value.LastHeard < 2 * settings.ElectionTimeout)
        .OrderByDescending(peer => peer.Value.Match)
        .ThenBy(peer => peer.Key, StringComparer.Ordinal)
        .Select(peer => peer.Key)
        .FirstOrDefault();

    private Reconfiguration Reconfigure(Configuration next)
    {
        // Two majorities of neighbouring configurations overlap; of others they need not. And an entry of the own term
        // must be committed first, or a change of an earlier leader could come back.
        if (Role != RaftRole.Leader || log.ConfigurationIndex > Commit || !HasCommittedInTerm || next.Voters.IsEmpty)
        {
            return Reconfiguration.NotNow;
        }

        log.Append(Term, EntryKind.Configuration, ConfigurationCodec.Encode(next));
        AddProgress();
        AdvanceCommit();
        return Reconfiguration.Started;
    }

    private void PromoteWhenCaughtUp(string node, PeerProgress known)
    {
        if (log.Configuration.IsLearner(node)
            && known.Mode == ReplicationMode.Stream
            && known.Match + settings.PromotionLagMax >= log.LastIndex
            && known.Match >= log.ConfigurationIndex)
        {
            Reconfigure(log.Configuration.WithVoter(node));
        }
    }

    private void Transfer()
    {
        if (transferTarget is not null
            && !transferSent
            && progress.TryGetValue(transferTarget, out var known)
            && known.Match == log.LastIndex)
        {
            transferSent = true;
            Send(new RaftMessage(MessageKind.TimeoutNow, settings.Self, transferTarget, Term));
        }
    }

    /// <summary>Once a configuration is committed and told, those who left it hear no more, and a leader who left it stops.</summary>
    private void SettleConfiguration()
    {
        if (log.ConfigurationIndex > Commit)
        {
            return;
        }

        var gone = progress.Keys.Where(peer => !log.Configuration.IsMember(peer)).ToArray();
        foreach (var peer in gone)
        {
            progress.Remove(peer);
        }

        if (!log.Configuration.IsVoter(settings.Self))
        {
            if (BestSuccessor() is { } successor)
            {
                Send(new RaftMessage(MessageKind.TimeoutNow, settings.Self, successor, Term));
            }

            Follow(Term, null);
        }
    }
}
