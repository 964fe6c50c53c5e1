namespace Holdfast.Stores.Raft.Consensus;

/// <summary>How a leader's log reaches the others, and when an entry counts as committed.</summary>
internal sealed partial class RaftCore
{
    private readonly Dictionary<string, PeerProgress> progress = new(StringComparer.Ordinal);
    private TimeSpan heartbeatDue;
    private long termStartIndex;

    private bool HasCommittedInTerm => Commit >= termStartIndex;

    /// <summary>Appends a command; null when this node does not lead or is handing over.</summary>
    public LogPoint? Propose(ReadOnlyMemory<byte> command, TimeSpan time)
    {
        now = time;
        if (Role != RaftRole.Leader || transferTarget is not null)
        {
            return null;
        }

        var entry = log.Append(Term, EntryKind.Command, command);
        return new LogPoint(entry.Index, entry.Term);
    }

    /// <summary>A connection to the peer was made: what was sent before may be lost.</summary>
    public void PeerFound(string peer, TimeSpan time)
    {
        now = time;
        if (Role == RaftRole.Leader && progress.TryGetValue(peer, out var known))
        {
            known.SnapshotLost();
        }
    }

    /// <summary>Answers <see cref="RaftOutput.SnapshotsWanted"/>.</summary>
    public void SendSnapshot(string peer, Snapshot snapshot, TimeSpan time)
    {
        now = time;
        if (Role == RaftRole.Leader && progress.TryGetValue(peer, out var known) && known.Mode == ReplicationMode.Snapshot)
        {
            known.SnapshotSent(snapshot.Point.Index, now);
            Send(new RaftMessage(MessageKind.InstallSnapshot, settings.Self, peer, Term) { Snapshot = snapshot });
        }
    }

    private void Lead()
    {
        Role = RaftRole.Leader;
        Leader = settings.Self;
        progress.Clear();
        AddProgress();
        termStartIndex = log.Append(Term, EntryKind.TermStart, ReadOnlyMemory<byte>.Empty).Index;
        heartbeatDue = now + settings.HeartbeatInterval;
        confirmedRound = round;
    }

    private void DropLeadership()
    {
        droppedReads.AddRange(readsWaiting);
        droppedReads.AddRange(readsInRound.Select(read => read.Ticket));
        readsWaiting.Clear();
        readsInRound.Clear();
        transferTarget = null;
        progress.Clear();
    }

    private void AddProgress()
    {
        foreach (var member in log.Configuration.Members.Where(member => member != settings.Self))
        {
            progress.TryAdd(member, new PeerProgress(log.LastIndex + 1, now));
        }
    }

    private void LeaderTick()
    {
        // A leader that a majority does not answer may have been replaced; it must not go on as if it led.
        var heard = MajorityOf(voter => voter == settings.Self ? now.Ticks : progress[voter].LastHeard.Ticks);
        if (log.Configuration.Voters.Length > 1 && now.Ticks - heard > (2 * settings.ElectionTimeout).Ticks)
        {
            Follow(Term, null);
            return;
        }

        foreach (var known in progress.Values)
        {
            if (known.Mode == ReplicationMode.Snapshot && now - known.SnapshotSince > settings.SnapshotPatience)
            {
                known.SnapshotLost();
            }
        }

        if (transferTarget is not null && now >= transferDue)
        {
            transferTarget = null;
        }

        StartRound();
    }

    private void Replicate()
    {
        StartRoundForReads();
        if (Role != RaftRole.Leader)
        {
            return;
        }

        foreach (var (peer, known) in progress)
        {
            SendEntries(peer, known);
            var tellable = Math.Min(Commit, known.Match);
            if (tellable > known.ToldCommit)
            {
                known.ToldCommit = tellable;
                Send(new RaftMessage(MessageKind.CommitNotice, settings.Self, peer, Term) { Commit = tellable });
            }
        }

        Transfer();
        SettleConfiguration();
    }

    private void SendEntries(string peer, PeerProgress known)
    {
        while (known.Mode switch
        {
            ReplicationMode.Probe => !known.HasProbeInFlight,
            ReplicationMode.Stream => known.Next <= log.LastIndex && !known.IsWindowFull(settings.AppendsInFlightMax),
            _ => false,
        })
        {
            if (log.TermAt(known.Next - 1) is not { } previousTerm)
            {
                known.AwaitSnapshot(now);
                snapshotsWanted.Add(peer);
                return;
            }

            var previous = new LogPoint(known.Next - 1, previousTerm);
            var entries = log.Slice(known.Next, log.LastIndex, settings.AppendBytesMax);
            Send(new RaftMessage(MessageKind.Append, settings.Self, peer, Term) { Point = previous, Commit = Commit, Entries = entries });
            known.ToldCommit = Math.Max(known.ToldCommit, Math.Min(Commit, previous.Index + entries.Count));
            if (known.Mode == ReplicationMode.Probe)
            {
                known.HasProbeInFlight = true;
            }
            else
            {
                known.Sent(entries[^1].Index);
            }
        }
    }

    private void TakeEntries(RaftMessage message)
    {
        // Everything up to the commit index agrees with every leader to come.
        if (message.Point.Index < Commit || log.Has(message.Point))
        {
            log.Append(message.Entries, Commit);
            var last = message.Point.Index + message.Entries.Count;
            CommitTo(Math.Min(message.Commit, last));
            SendOncePersisted(new RaftMessage(MessageKind.AppendAnswer, settings.Self, message.From, Term)
            {
                Point = new LogPoint(Math.Max(last, Commit), 0),
            });
        }
        else
        {
            Send(new RaftMessage(MessageKind.AppendAnswer, settings.Self, message.From, Term)
            {
                IsRefused = true,
                Point = message.Point,
                Hint = log.LastNotAbove(message.Point.Index, message.Point.Term),
            });
        }
    }

    private void TakeSnapshot(RaftMessage message)
    {
        var snapshot = message.Snapshot ?? throw new InvalidOperationException("a snapshot message without a snapshot");
        if (snapshot.Point.Index > Commit)
        {
            if (log.Has(snapshot.Point))
            {
                CommitTo(snapshot.Point.Index);
            }
            else
            {
                log.Reset(snapshot);
                Commit = handedOut = snapshot.Point.Index;
                install = unsavedSnapshot = snapshot;
            }
        }

        SendOncePersisted(new RaftMessage(MessageKind.AppendAnswer, settings.Self, message.From, Term) { Point = new LogPoint(Commit, 0) });
    }

    private void TakeAppendAnswer(RaftMessage message)
    {
        if (Role != RaftRole.Leader || !progress.TryGetValue(message.From, out var known))
        {
            return;
        }

        known.LastHeard = now;
        if (message.IsRefused)
        {
            // Terms of a log only grow, so no place above the hint's term can agree.
            known.Refused(message.Point.Index, log.LastNotAbove(message.Hint.Index, message.Hint.Term).Index);
            return;
        }

        known.Accepted(message.Point.Index);
        AdvanceCommit();
        PromoteWhenCaughtUp(message.From, known);
    }

    private void TakeHeartbeatAnswer(RaftMessage message)
    {
        if (Role != RaftRole.Leader || !progress.TryGetValue(message.From, out var known))
        {
            return;
        }

        known.LastHeard = now;
        known.AckedRound = Math.Max(known.AckedRound, message.Round);
        ConfirmReads();
        if (known.Mode != ReplicationMode.Snapshot && known.Match < log.LastIndex)
        {
            // An append may have been lost without a trace; asking anew costs little.
            CheckAgreement(message.From, known);
        }

        // A learner may have caught up before its admission was committed; nothing else would come back to it while nobody writes.
        PromoteWhenCaughtUp(message.From, known);
    }

    private void CheckAgreement(string peer, PeerProgress known)
    {
        known.HasProbeInFlight = false;
        if (known.Mode != ReplicationMode.Stream)
        {
            return;
        }

        if (log.TermAt(known.Next - 1) is { } term)
        {
            Send(new RaftMessage(MessageKind.Append, settings.Self, peer, Term) { Point = new LogPoint(known.Next - 1, term), Commit = Commit });
        }
        else
        {
            // What was sent last is compacted away by now, so only going back to the start of the log, or a snapshot, helps.
            known.Probe();
        }
    }

    private void AdvanceCommit()
    {
        var replicated = MajorityOf(voter => voter == settings.Self ? log.PersistedIndex : progress[voter].Match);

        // Only an entry of the own term commits by counting: an older one could still be replaced.
        if (replicated > Commit && log.TermAt(replicated) == Term)
        {
            Commit = replicated;
        }
    }

    private long MajorityOf(Func<string, long> valueOf)
    {
        var values = log.Configuration.Voters.Select(valueOf).ToArray();
        Array.Sort(values);
        return values.Length == 0 ? 0 : values[^log.Configuration.Majority];
    }
}
