using Holdfast.Stores.Raft.Consensus;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Consensus;

public sealed class PromotionTests
{
    private const string Self = "a:1";
    private const string Learner = "b:1";
    private readonly RaftOutput output = new();
    private readonly RaftCore core = new(
        new RaftSettings { Self = Self },
        new RecoveredLog(default, new Snapshot(LogPoint.Zero, new Configuration([Self], []), ReadOnlyMemory<byte>.Empty), []),
        new Random(1),
        TimeSpan.Zero);

    [Fact]
    public void A_learner_that_is_faster_than_the_commit_of_its_own_admission_becomes_a_voter_although_nobody_writes()
    {
        core.Tick(core.NextDue);
        PersistAll();
        Assert.Equal(Reconfiguration.Started, core.AddMember(Learner, core.NextDue));
        core.Take(output);
        var admission = output.Persist;

        core.Step(Answer(MessageKind.AppendAnswer) with { Point = core.Log.Last }, core.NextDue);
        core.Persisted(Assert.IsType<PersistBatch>(admission), core.NextDue);
        PersistAll();
        core.Step(Answer(MessageKind.HeartbeatAnswer), core.NextDue);

        Assert.True(core.Configuration.IsVoter(Learner));
    }

    private RaftMessage Answer(MessageKind kind) => new(kind, Learner, Self, core.Term);

    private void PersistAll()
    {
        for (core.Take(output); output.Persist is { } batch; core.Take(output))
        {
            core.Persisted(batch, core.NextDue);
        }
    }
}
