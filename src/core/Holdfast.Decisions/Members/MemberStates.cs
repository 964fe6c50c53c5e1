using System.Collections.Frozen;
using Holdfast.Model;
using static Holdfast.Model.MemberState;

namespace Holdfast.Decisions.Members;

/// <summary>The states in which a member shows itself, and what may lead from each to the next.</summary>
public static class MemberStates
{
    /// <summary>
    /// Every state with the states that may follow it. A killed database may turn up stopped or crashed out of any state, and a new
    /// agent may find any of them, so those are not listed one by one: see <see cref="MayFollow"/>.
    /// </summary>
    public static readonly FrozenDictionary<MemberState, MemberState[]> Transitions = new Dictionary<MemberState, MemberState[]>
    {
        [Initializing] = [Running, InitializeFailed],
        [InitializeFailed] = [Initializing, Cloning],
        [Cloning] = [Stopped, Starting],
        [Starting] = [Running, Streaming, StartFailed, Stopping, Promoting],
        [StartFailed] = [Starting, Rewinding, Cloning],
        [Running] = [Streaming, Stopping, Restarting, Promoting],
        [Streaming] = [Running, Stopping, Restarting, Promoting],
        [Stopping] = [Stopped],
        [Stopped] = [Initializing, Starting, Running, Streaming, Rewinding, Cloning],
        [Crashed] = [Starting, Running, Streaming, Rewinding, Cloning],
        [Restarting] = [Running, Streaming, StartFailed, Stopping],
        [Rewinding] = [Stopped, Starting, Cloning],
        [Promoting] = [Running, Streaming, Stopping],
    }.ToFrozenDictionary();

    public static bool MayFollow(MemberState from, MemberState to) =>
        from == to || to is Stopped or Crashed || Transitions[from].Contains(to);

    /// <summary>The state in which this member shows itself now; the first row that fits.</summary>
    public static MemberState Of(ClusterView view) => view.Database switch
    {
        { Job: { State: JobState.Running, Kind: not DatabaseJobKind.Checkpoint } job } => During(job.Kind),
        { Process: DatabaseProcess.Running, Role: DatabaseRole.Replica, IsStreaming: true } => Streaming,
        { Process: DatabaseProcess.Running } => Running,
        { Process: DatabaseProcess.Starting } => Starting,
        { Process: DatabaseProcess.Stopping } => Stopping,
        { Job: { State: JobState.Failed, Kind: DatabaseJobKind.Bootstrap } } => InitializeFailed,
        { Job: { State: JobState.Failed, Kind: DatabaseJobKind.StartPrimary or DatabaseJobKind.StartReplica or DatabaseJobKind.Restart } } => StartFailed,
        { Process: DatabaseProcess.Crashed } => Crashed,
        _ => Stopped,
    };

    private static MemberState During(DatabaseJobKind kind) => kind switch
    {
        DatabaseJobKind.Bootstrap => Initializing,
        DatabaseJobKind.Clone => Cloning,
        DatabaseJobKind.Rewind => Rewinding,
        DatabaseJobKind.StartPrimary or DatabaseJobKind.StartReplica => Starting,
        DatabaseJobKind.Stop => Stopping,
        DatabaseJobKind.Restart => Restarting,
        DatabaseJobKind.JoinGroup or DatabaseJobKind.BootstrapGroup or DatabaseJobKind.ElectPrimary or DatabaseJobKind.ChangeGroupMode or DatabaseJobKind.Expel => Running,
        _ => Promoting,
    };
}
