namespace Holdfast.Stores.Raft.Consensus;

/// <summary>Who leads: time-outs, votes, and stepping down.</summary>
internal sealed partial class RaftCore
{
    private readonly Dictionary<string, bool> votes = new(StringComparer.Ordinal);
    private TimeSpan electionDue;
    private TimeSpan leaderHeard = TimeSpan.MinValue;

    /// <summary>The connection to a peer broke, as it does when a process dies: do not wait for its silence to last.</summary>
    public void PeerLost(string peer, TimeSpan time)
    {
        now = time;
        if (Role == RaftRole.Leader)
        {
            if (progress.TryGetValue(peer, out var known))
            {
                known.SnapshotLost();
            }
        }
        else if (Leader == peer)
        {
            Leader = null;
            leaderHeard = TimeSpan.MinValue;
            electionDue = now + (settings.LostLeaderJitter * random.NextDouble());
        }
    }

    /// <summary>With a disk that takes no writes this node must not lead, since it could commit nothing of its own.</summary>
    public void DiskStalled(bool isStalled, TimeSpan time)
    {
        now = time;
        isDiskStalled = isStalled;
        if (isStalled && Role == RaftRole.Leader)
        {
            if (BestSuccessor() is { } successor)
            {
                Send(new RaftMessage(MessageKind.TimeoutNow, settings.Self, successor, Term));
            }

            Follow(Term, null);
        }
    }

    private bool HearsLeader =>
        Role == RaftRole.Leader || (Leader is not null && now - leaderHeard < settings.ElectionTimeout);

    private bool MayCampaign => !isDiskStalled && log.Configuration.IsVoter(settings.Self);

    private void RestElection() => electionDue = now + (settings.ElectionTimeout * (1 + random.NextDouble()));

    /// <summary>Takes over the newer term of a message, unless it is none to take over; says whether to go on with it.</summary>
    private bool AcceptsNewerTerm(RaftMessage message)
    {
        switch (message.Kind)
        {
            case MessageKind.PreVote or MessageKind.Vote when !message.IsForced && HearsLeader:
                return false;
            case MessageKind.PreVote:
            case MessageKind.PreVoteAnswer when !message.IsRefused:
                return true;
            case MessageKind.Append or MessageKind.Heartbeat or MessageKind.CommitNotice or MessageKind.InstallSnapshot:
                Follow(message.Term, message.From);
                return true;
            default:
                Follow(message.Term, null);
                return true;
        }
    }

    /// <summary>Tells a sender of an older term which term it is, so that neither a deposed leader nor a stuck node goes on.</summary>
    private void RefuseOlderTerm(RaftMessage message)
    {
        if (message.Kind is MessageKind.Append or MessageKind.Heartbeat or MessageKind.CommitNotice or MessageKind.InstallSnapshot)
        {
            Send(new RaftMessage(MessageKind.AppendAnswer, settings.Self, message.From, Term) { IsRefused = true });
        }
        else if (message.Kind is MessageKind.PreVote)
        {
            Send(new RaftMessage(MessageKind.PreVoteAnswer, settings.Self, message.From, Term) { IsRefused = true });
        }
    }

    private void Electioneer()
    {
        Leader = null;
        if (!MayCampaign)
        {
            Role = RaftRole.Follower;
            RestElection();
            return;
        }

        Role = RaftRole.PreCandidate;
        votes.Clear();
        votes[settings.Self] = true;
        RestElection();
        AskForVotes(MessageKind.PreVote, Term + 1, isForced: false);
        DecideElection();
    }

    private void Campaign(bool isForced)
    {
        Role = RaftRole.Candidate;
        Leader = null;
        Term++;
        vote = settings.Self;
        votes.Clear();
        RestElection();
        AskForVotes(MessageKind.Vote, Term, isForced);
    }

    private void AskForVotes(MessageKind kind, long term, bool isForced)
    {
        foreach (var voter in log.Configuration.Voters.Where(voter => voter != settings.Self))
        {
            var request = new RaftMessage(kind, settings.Self, voter, term) { Point = log.Last, IsForced = isForced };
            if (kind == MessageKind.PreVote)
            {
                Send(request);
            }
            else
            {
                // The log and the term that are shown must survive a crash: an answer that comes after it still counts.
                SendOncePersisted(request);
            }
        }
    }

    private void ConsiderVote(RaftMessage message)
    {
        var isPreVote = message.Kind == MessageKind.PreVote;
        var isFree = vote == message.From || (vote is null && Leader is null) || (isPreVote && message.Term > Term);
        var isGranted = isFree && !log.IsNewerThan(message.Point);
        if (isPreVote)
        {
            var term = isGranted ? message.Term : Term;
            Send(new RaftMessage(MessageKind.PreVoteAnswer, settings.Self, message.From, term) { IsRefused = !isGranted });
            return;
        }

        if (isGranted)
        {
            vote = message.From;
            RestElection();
        }

        SendOncePersisted(new RaftMessage(MessageKind.VoteAnswer, settings.Self, message.From, Term) { IsRefused = !isGranted });
    }

    private void CountVote(RaftMessage message)
    {
        var expected = message.Kind == MessageKind.PreVoteAnswer ? RaftRole.PreCandidate : RaftRole.Candidate;
        var isOfThisElection = message.IsRefused || message.Term == Term + (expected == RaftRole.PreCandidate ? 1 : 0);
        if (Role != expected || !isOfThisElection || !log.Configuration.IsVoter(message.From))
        {
            return;
        }

        votes[message.From] = !message.IsRefused;
        if (message.IsRefused && expected == RaftRole.Candidate)
        {
            // The votes are probably split: try again soon, and not at the moment the other one does.
            var soon = now + (settings.LostLeaderJitter * (1 + (4 * random.NextDouble())));
            electionDue = soon < electionDue ? soon : electionDue;
        }

        DecideElection();
    }

    private void DecideElection()
    {
        var configuration = log.Configuration;
        var granted = configuration.Voters.Count(voter => votes.TryGetValue(voter, out var yes) && yes);
        var refused = configuration.Voters.Count(voter => votes.TryGetValue(voter, out var yes) && !yes);
        if (granted >= configuration.Majority)
        {
            if (Role == RaftRole.PreCandidate)
            {
                Campaign(isForced: false);
            }
            else
            {
                Lead();
            }
        }
        else if (refused >= configuration.Majority)
        {
            var due = electionDue;
            Follow(Term, null);
            electionDue = due;
        }
    }

    private void TakeOver()
    {
        if (MayCampaign && Role != RaftRole.Leader)
        {
            Campaign(isForced: true);
        }
    }

    private void FollowLeader(RaftMessage message)
    {
        if (Role == RaftRole.Leader)
        {
            throw new InvalidOperationException($"{message.From} leads term {Term} as well");
        }

        Role = RaftRole.Follower;
        Leader = message.From;
        leaderHeard = now;
        RestElection();
    }

    private void Follow(long term, string? leader)
    {
        if (term > Term)
        {
            Term = term;
            vote = null;
        }

        DropLeadership();
        Role = RaftRole.Follower;
        Leader = leader;
        leaderHeard = leader is null ? TimeSpan.MinValue : now;
        RestElection();
    }
}
