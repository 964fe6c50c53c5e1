using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Decisions;
using Holdfast.Decisions.Alerts;
using Holdfast.Model;
using Holdfast.Model.Alerts;

namespace Holdfast.Bench.Alerts;

/// <summary>What it costs to look at the alerts of many clusters once, on one thread.</summary>
internal static class AlertMeasurement
{
    private const int Clusters = 1000;
    private const int RulesEach = 20;
    private const int Rounds = 20;
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The best of some rounds over 1,000 clusters of three members with 20 rules each.</summary>
    public static AlertCosts Run()
    {
        var quiet = Enumerable.Range(0, Clusters).Select(Quiet).ToArray();
        var troubled = quiet.Select(Troubled).ToArray();
        return new(Best(quiet), Allocated(quiet), Best(troubled), Allocated(troubled));
    }

    private static double Best(ClusterView[] views) => Enumerable.Range(0, Rounds).Min(_ =>
    {
        var before = Environment.CpuUsage.TotalTime;
        Look(views);
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
    });

    private static long Allocated(ClusterView[] views)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Look(views);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Look(ClusterView[] views)
    {
        foreach (var view in views)
        {
            if (AlertRules.Decide(view).Rule == Rule.LeaveAlerts)
            {
                throw new InvalidOperationException("the member is to be the one that looks");
            }
        }
    }

    private static ClusterView Quiet(int number)
    {
        var (self, session) = (new MemberName("node1"), new SessionId(number.ToString(CultureInfo.InvariantCulture)));
        var now = TimeSpan.FromHours(1);
        return new()
        {
            Self = self,
            Now = now,
            UtcNow = Noon,
            Policy = new() { AlertRules = Rules() },
            Tags = MemberTags.None,
            StoreHealth = new(TimeSpan.FromMilliseconds(2), 0, 0),
            Certificates = new([new("restapi.certfile", Noon.AddDays(60))]),
            Store = new()
            {
                IsKnown = true,
                ConfirmedAt = now,
                Revision = new(100),
                Initialization = new("7", null, new(2)),
                Lease = new(self, new(10), session),
                Members = [.. Enumerable.Range(1, 3).Select(member => Report(member, session))],
            },
            Session = new() { Id = session, TimeToLive = TimeSpan.FromSeconds(30), RenewedAt = now, FenceAt = now + TimeSpan.FromSeconds(25) },
            Database = new()
            {
                Directory = DataDirectoryState.Valid,
                Process = DatabaseProcess.Running,
                IsResponsive = true,
                Role = DatabaseRole.Primary,
                Position = new(1000),
                Standbys = [.. Enumerable.Range(2, 2).Select(member => new StandbyConnection(new($"node{member}"), true, false, new(1000)))],
                Disk = new(10L << 30, 20L << 30, 1L << 30),
            },
            Memory = new()
            {
                StartedAt = TimeSpan.Zero,
                Alerts = AlertBoard.Empty,
                MembersSeen = ImmutableSortedDictionary<MemberName, TimeSpan>.Empty.Add(new("node2"), now).Add(new("node3"), now),
            },
        };
    }

    /// <summary>A standby is gone and another is late, as was found a minute ago.</summary>
    private static ClusterView Troubled(ClusterView quiet)
    {
        var view = quiet with { Store = quiet.Store with { Members = quiet.Store.Members.RemoveAt(2) } };
        for (var second = 0; second <= 60; second += 30)
        {
            view = view with { UtcNow = Noon.AddSeconds(second) };
            var board = AlertRules.Decide(view).Actions.OfType<HaAction.RaiseAlerts>().SingleOrDefault()?.Board ?? view.Memory.Alerts!;
            view = view with { Memory = view.Memory with { Alerts = board }, Store = view.Store with { Alerts = board } };
        }

        return view;
    }

    private static MemberReport Report(int number, SessionId session) => new()
    {
        Name = new($"node{number}"),
        Session = session,
        Revision = new(50),
        State = number == 1 ? MemberState.Running : MemberState.Streaming,
        Role = number == 1 ? DatabaseRole.Primary : DatabaseRole.Replica,
        Position = new(1000),
        ReplayPosition = number == 1 ? null : new LogPosition(1000),
        IsStreaming = number > 1,
        DiskFreePercent = 50,
        Certificates = new([new("restapi.certfile", Noon.AddDays(60))]),
    };

    private static ImmutableArray<AlertRule> Rules() =>
    [
        .. AlertDefaults.Rules,
        .. Enumerable.Range(AlertDefaults.Rules.Length, RulesEach - AlertDefaults.Rules.Length)
            .Select(number => AlertDefaults.Rules.First(rule => rule.When.Figure == AlertFigures.LagSeconds) with { Name = $"Mine{number}" }),
    ];
}

/// <param name="QuietMilliseconds">Of one processor, for all clusters, while nothing is worth telling.</param>
/// <param name="QuietBytes">What is allocated then.</param>
/// <param name="TroubledMilliseconds">The same while alerts fire in every cluster.</param>
/// <param name="TroubledBytes">What is allocated then.</param>
internal sealed record AlertCosts(double QuietMilliseconds, long QuietBytes, double TroubledMilliseconds, long TroubledBytes);
