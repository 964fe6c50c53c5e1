using Holdfast.Model;

namespace Holdfast.Api.Tests;

/// <summary>A healthy cluster: <c>a</c> leads, <c>b</c> and <c>c</c> stream from it.</summary>
internal static class Views
{
    public static readonly MemberName A = new("a");
    public static readonly MemberName B = new("b");
    public static readonly MemberName C = new("c");
    public static readonly LogPosition End = new(0x3000060);

    private static readonly SessionId OwnSessionId = new("session");

    public static ClusterView Primary(TimeSpan now) => new()
    {
        Self = A,
        Now = now,
        UtcNow = DateTimeOffset.UnixEpoch,
        Policy = new(),
        Tags = MemberTags.None,
        Store = new()
        {
            IsKnown = true,
            ConfirmedAt = now,
            Revision = new(40),
            Initialization = new("7012345678901234567", null, new(1)),
            Lease = new(A, new(17), OwnSessionId),
            Members = [Member(A, DatabaseRole.Primary, 5432), Member(B, DatabaseRole.Replica, 5433), Member(C, DatabaseRole.Replica, 5434)],
            Status = new(End, ClusterStatus.Empty.Slots),
            ConfigurationRevision = new(7),
            History = [new(new(1), new(25623960), "no recovery target specified", "2026-01-02T03:04:05.123456+00:00", "a")],
        },
        Session = new() { Id = OwnSessionId, RenewedAt = now, FenceAt = now + TimeSpan.FromMinutes(5) },
        Database = new()
        {
            Directory = DataDirectoryState.Valid,
            Process = DatabaseProcess.Running,
            IsResponsive = true,
            Role = DatabaseRole.Primary,
            SystemId = "7012345678901234567",
            ServerVersion = 150018,
            Timeline = new(2),
            Position = End,
            Standbys = [new(B, true, true, End), new(C, true, false, new(End.Bytes - 1000))],
            StartedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
            Disk = new(1000, 2000, 500),
        },
        Memory = new() { StartedAt = now },
    };

    public static ClusterView Replica(TimeSpan now)
    {
        var primary = Primary(now);
        return primary with
        {
            Self = B,
            Session = new() { Id = new("another"), RenewedAt = now, FenceAt = now + TimeSpan.FromMinutes(5) },
            Database = primary.Database with
            {
                Role = DatabaseRole.Replica,
                ReplayPosition = End,
                IsStreaming = true,
                Standbys = [],
            },
        };
    }

    public static MemberReport Member(MemberName name, DatabaseRole role, int port) => new()
    {
        Name = name,
        Session = new($"session of {name}"),
        Revision = new(30),
        State = MemberState.Running,
        Role = role,
        ConnectUrl = $"postgres://127.0.0.1:{port}/postgres",
        ApiUrl = $"http://127.0.0.1:{port + 3000}/patroni",
        Timeline = new(2),
        Position = End,
        ReplayPosition = role == DatabaseRole.Replica ? End : null,
        IsStreaming = role == DatabaseRole.Replica,
    };

    public static ClusterView WithStore(this ClusterView view, Func<StoreView, StoreView> change) => view with { Store = change(view.Store) };

    public static ClusterView WithDatabase(this ClusterView view, Func<DatabaseView, DatabaseView> change) => view with { Database = change(view.Database) };
}
