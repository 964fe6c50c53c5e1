using System.Collections.Immutable;
using System.Net;
using Holdfast.ClusterState;
using Holdfast.Decisions.Routing;
using Holdfast.Model;
using Holdfast.Ports.Peers;
using Holdfast.Ports.Store;
using Holdfast.Router.Clusters;
using Holdfast.StoreLayout;

namespace Holdfast.Router.Topology;

/// <summary>What is known of one cluster, from the store and from its members; every news makes a new table.</summary>
internal sealed class ClusterTopology(ClusterKeys keys, ClusterRouter cluster)
{
    private static readonly TimeSpan HealthIsFreshFor = TimeSpan.FromSeconds(5);
    private readonly Lock gate = new();
    private readonly Dictionary<string, StoreEntry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<MemberName, Target> targets = [];
    private readonly Dictionary<MemberName, (MemberHealthAnswer Answer, TimeSpan At)> answers = [];
    private readonly LagMeter lags = new();
    private Revision revision = Revision.Absent;
    private Term seenTerm = Term.None;
    private bool isStoreLost;
    private bool isRead;

    /// <summary>Who must be looked up by name: their addresses are not numbers.</summary>
    public ImmutableArray<(Target Target, DnsEndPoint Address)> Named { get; private set; } = [];

    /// <summary>Where members' REST interfaces are.</summary>
    public ImmutableArray<(MemberName Name, string ApiUrl)> Interfaces { get; private set; } = [];

    /// <summary>What was decided last, with the latest lags: tables are only made for what changes the way of connections.</summary>
    public RoutePlan Plan { get; private set; } = RoutePlan.Unknown;

    public Target? Target(MemberName name)
    {
        lock (gate)
        {
            return targets.GetValueOrDefault(name);
        }
    }

    /// <summary>What a router, this one or another, has said of a change of leader; null for nothing that can be read.</summary>
    public (RouteReport? Report, Revision Revision) Route
    {
        get
        {
            lock (gate)
            {
                return entries.GetValueOrDefault(keys.Route) is { } entry ? (Documents.ToRoute(entry), entry.Modified) : (null, Revision.Absent);
            }
        }
    }

    /// <summary>False when the image is older than what was seen, a stale server's or a restored backup's: what was seen stays.</summary>
    public bool Load(StoreImage image)
    {
        lock (gate)
        {
            if (image.Revision < revision)
            {
                return false;
            }

            entries.Clear();
            foreach (var entry in image.Entries)
            {
                entries[entry.Key] = entry;
            }

            revision = image.Revision;
            isStoreLost = false;
            isRead = true;
            Recompute();
            return true;
        }
    }

    public void Apply(StoreChange change)
    {
        lock (gate)
        {
            if (change.Revision <= revision)
            {
                return;
            }

            foreach (var entry in change.Written)
            {
                entries[entry.Key] = entry;
            }

            foreach (var key in change.Deleted)
            {
                entries.Remove(key);
            }

            revision = change.Revision;
            Recompute();
        }
    }

    public void StoreLost()
    {
        lock (gate)
        {
            if (!isStoreLost && isRead)
            {
                isStoreLost = true;
                Recompute();
            }
        }
    }

    public void Heard(MemberName name, MemberHealthAnswer? answer)
    {
        lock (gate)
        {
            if (answer is null)
            {
                answers.Remove(name);
            }
            else
            {
                answers[name] = (answer, cluster.Now);
                if (answer is { Role: DatabaseRole.Primary, Position: { } position } && name == cluster.Table.Plan.Leader)
                {
                    lags.SawPrimary(cluster.Now, position);
                }
            }

            Recompute();
        }
    }

    /// <summary>Addresses have been found: whoever waits for them may go on.</summary>
    public void Resolved()
    {
        lock (gate)
        {
            Recompute();
        }
    }

    /// <summary>The operator says that the store is right, although it shows an older term than was seen.</summary>
    public void Believe()
    {
        lock (gate)
        {
            seenTerm = Term.None;
            revision = Revision.Absent;
            Recompute();
        }
    }

    private void Recompute()
    {
        var view = View();
        var plan = Plan = RoutingRules.Decide(view);
        seenTerm = plan.Term;
        KeepTargets(view);
        var before = cluster.Table;
        var primary = plan.Primary is { } name && targets[name] is { Addresses.Length: > 0 } known ? known : null;
        var writers = Destinations(view, plan.Members.Where(member => member.TakesWrites));
        var readers = Destinations(view, plan.Members.Where(member => member.TakesReads));
        foreach (var reader in readers.Where(reader => before.Readers.All(earlier => earlier.Target != reader.Target) && before.Number > 0))
        {
            reader.Target.Renew(cluster.Now);
        }

        var next = new RouteTable(plan, primary, writers, readers, before.Number + 1);
        if (IsNews(before, next))
        {
            cluster.Publish(next);
        }
    }

    private ImmutableArray<Destination> Destinations(RoutingView view, IEnumerable<MemberRoute> members) =>
    [
        .. members
            .Where(member => targets[member.Name].Addresses.Length > 0)
            .Select(member => new Destination(targets[member.Name], IsNear(view, member.Name))),
    ];

    private static bool IsNews(RouteTable before, RouteTable next) =>
        before.Number == 0
        || before.Primary != next.Primary
        || before.Plan.Term != next.Plan.Term
        || before.Plan.Leader != next.Plan.Leader
        || before.Plan.Reason != next.Plan.Reason
        || before.Plan.DrainsFor != next.Plan.DrainsFor
        || !before.Writers.SequenceEqual(next.Writers)
        || !before.Readers.SequenceEqual(next.Readers)
        || !before.Plan.Members.Select(Part).SequenceEqual(next.Plan.Members.Select(Part));

    private static (MemberName Name, DatabaseRole Role, bool TakesReads, bool KeepsWriters) Part(MemberRoute route) =>
        (route.Name, route.Role, route.TakesReads, route.KeepsWriters);

    private RoutingView View() => new()
    {
        Policy = cluster.Options.Routing,
        SeenTerm = seenTerm,
        IsStoreLost = isStoreLost,
        Lease = entries.GetValueOrDefault(keys.Leader) is { } leader
            ? new LeaderLease(new MemberName(leader.Value), new Term(leader.Modified.Number), leader.Session)
            : null,
        Members =
        [
            .. entries.Values
                .Where(entry => entry.Key.StartsWith(keys.MembersPrefix, StringComparison.Ordinal))
                .Select(entry => Documents.ToReport(new MemberName(entry.Key[keys.MembersPrefix.Length..]), entry))
                .OfType<MemberReport>()
                .OrderBy(report => report.Name)
                .Select(report => new RoutedMember(report, HealthOf(report.Name))),
        ],
    };

    private MemberHealth? HealthOf(MemberName name) =>
        answers.TryGetValue(name, out var heard) && cluster.Now - heard.At < HealthIsFreshFor
            ? new(
                heard.Answer.Role,
                heard.Answer.Timeline,
                heard.Answer.ReplayPosition is { } replayed && lags.PrimaryPosition is { } end ? end.BytesAheadOf(replayed) : null,
                heard.Answer.ReplayPosition is { } position ? lags.LagOf(position, heard.At) : null)
            : null;

    private bool IsNear(RoutingView view, MemberName name) =>
        cluster.Options.Zone is not { } zone || view.Member(name)?.Report.Tags.Zone == zone;

    private void KeepTargets(RoutingView view)
    {
        var named = ImmutableArray.CreateBuilder<(Target, DnsEndPoint)>();
        foreach (var report in view.Members.Select(member => member.Report))
        {
            if (!targets.TryGetValue(report.Name, out var target))
            {
                targets[report.Name] = target = new(report.Name);
            }

            if (AddressOf(report.ConnectUrl) is not { } address)
            {
                continue;
            }

            target.HostName = address.Host;
            if (IPAddress.TryParse(address.Host, out var number))
            {
                // The same array stays when nothing has changed: tables are compared.
                if (target.Addresses is not [var known] || known.Port != address.Port || !known.Address.Equals(number))
                {
                    target.Addresses = [new(number, address.Port)];
                }
            }
            else
            {
                named.Add((target, address));
            }
        }

        Named = named.ToImmutable();
        Interfaces = [.. view.Members.Where(member => member.Report.ApiUrl.Length > 0).Select(member => (member.Report.Name, member.Report.ApiUrl))];
    }

    private static DnsEndPoint? AddressOf(string connectUrl) =>
        Uri.TryCreate(connectUrl, UriKind.Absolute, out var url) && url is { Host.Length: > 0 }
            ? new(url.Host.Trim('[', ']'), url.Port > 0 ? url.Port : 5432)
            : null;
}
