using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model;

namespace Holdfast.Api.Status;

/// <summary>Patroni's words for states, roles, times and log positions.</summary>
internal static class PatroniWords
{
    public const string Running = "running";
    public const string Streaming = "streaming";
    public const string Unknown = "unknown";

    // Their order is the number that patroni_postgres_state shows; monitoring depends on it.
    public static readonly ImmutableArray<(string Word, string Name)> NumberedStates =
    [
        ("initializing new cluster", "initdb"),
        ("initdb failed", "initdb_failed"),
        ("running custom bootstrap script", "custom_bootstrap"),
        ("custom bootstrap failed", "custom_bootstrap_failed"),
        ("creating replica", "creating_replica"),
        (Running, "running"),
        ("starting", "starting"),
        ("starting after custom bootstrap", "bootstrap_starting"),
        ("start failed", "start_failed"),
        ("restarting", "restarting"),
        ("restart failed", "restart_failed"),
        ("stopping", "stopping"),
        ("stopped", "stopped"),
        ("stop failed", "stop_failed"),
        ("crashed", "crashed"),
    ];

    public static string State(MemberSnapshot snapshot) => snapshot switch
    {
        { View: null } => "starting",
        { IsStale: true } => Unknown,
        { View: var view } => State(view.Database),
    };

    public static string State(DatabaseView database) => database switch
    {
        { Job: { State: JobState.Running, Kind: DatabaseJobKind.Bootstrap } } => "initializing new cluster",
        { Job: { State: JobState.Running, Kind: DatabaseJobKind.Clone } } => "creating replica",
        { Job: { State: JobState.Running, Kind: DatabaseJobKind.Restart } } => "restarting",
        { Job: { State: JobState.Running, Kind: DatabaseJobKind.Stop } } => "stopping",
        { Job: { State: JobState.Running, Kind: DatabaseJobKind.StartPrimary or DatabaseJobKind.StartReplica } } => "starting",
        { Process: DatabaseProcess.Running, IsResponsive: true } => Running,
        { Process: DatabaseProcess.Running } => Unknown,
        { Process: DatabaseProcess.Starting } => "starting",
        { Process: DatabaseProcess.Stopping } => "stopping",
        { Job: { State: JobState.Failed, Kind: DatabaseJobKind.Bootstrap } } => "initdb failed",
        { Job: { State: JobState.Failed, Kind: DatabaseJobKind.StartPrimary or DatabaseJobKind.StartReplica } } => "start failed",
        { Job: { State: JobState.Failed, Kind: DatabaseJobKind.Restart } } => "restart failed",
        { Process: DatabaseProcess.Crashed } => "crashed",
        _ => "stopped",
    };

    public static string State(MemberState state) => state switch
    {
        MemberState.Initializing => "initializing new cluster",
        MemberState.InitializeFailed => "initdb failed",
        MemberState.Cloning => "creating replica",
        MemberState.StartFailed => "start failed",
        _ => state.ToString().ToLowerInvariant(),
    };

    public static string Role(MemberSnapshot snapshot) => snapshot.View?.Database switch
    {
        null => "uninitialized",
        { Role: DatabaseRole.Primary } => "primary",
        { Role: DatabaseRole.Replica } => "replica",
        { Directory: DataDirectoryState.Valid } => "replica",
        _ => "uninitialized",
    };

    public static string Lsn(LogPosition position) =>
        string.Create(CultureInfo.InvariantCulture, $"{position.Bytes >> 32:X}/{position.Bytes & 0xFFFFFFFF:X}");

    /// <summary>A time as Python prints one.</summary>
    public static string Time(DateTimeOffset time) =>
        time.ToString(time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd HH:mm:sszzz" : "yyyy-MM-dd HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);

    /// <summary>A time as Python's isoformat prints one.</summary>
    public static string IsoTime(DateTimeOffset time) =>
        time.ToString(time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-ddTHH:mm:sszzz" : "yyyy-MM-ddTHH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);
}
