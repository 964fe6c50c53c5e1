using Holdfast.Demo.Databases;

namespace Holdfast.Demo.Cluster;

/// <summary>A real cluster on the loopback address in a directory of its own, which leaves nothing behind.</summary>
public sealed class LoopbackCluster : IAsyncDisposable
{
    private static readonly TimeSpan PoliteStop = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RedundancyLook = TimeSpan.FromMilliseconds(200);
    private const int KillRoundsMax = 200;
    private readonly MemberRest rest = new();
    private readonly TimeProvider time;
    private readonly bool ownsDirectory;
    private bool areProcessesKept;
    private bool areFilesKept;

    private LoopbackCluster(ClusterPlan plan, IMemberSoftware software, IReadOnlyList<LoopbackMember> others, bool ownsDirectory, TimeProvider time)
    {
        Plan = plan;
        this.ownsDirectory = ownsDirectory;
        this.time = time;
        Members = [.. plan.Members.Select(member => new LoopbackMember(plan, member, software))];
        Others = others;
    }

    public ClusterPlan Plan { get; }

    public IReadOnlyList<LoopbackMember> Members { get; }

    /// <summary>Voters without a database, and the router.</summary>
    public IReadOnlyList<LoopbackMember> Others { get; }

    public MemberRest Rest => rest;

    /// <summary>Makes directories and configuration files; nothing runs yet.</summary>
    /// <param name="scope">The cluster's name.</param>
    /// <param name="directory">Empty or absent; null: a temporary one.</param>
    /// <param name="members">How many.</param>
    /// <param name="software">What runs them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="database">What they run; PostgreSQL unless stated.</param>
    public static LoopbackCluster Create(
        string scope, string? directory, int members, IMemberSoftware software, TimeProvider time, Database? database = null)
    {
        var (root, isNew) = OpenDirectory(directory);
        var cluster = new LoopbackCluster(ClusterPlan.Make(scope, root, database ?? Database.PostgreSql, members, 0, 0), software, [], isNew, time);
        cluster.Prepare();
        return cluster;
    }

    /// <summary>The same with a router in front.</summary>
    /// <param name="scope">The cluster's name.</param>
    /// <param name="directory">Empty or absent; null: a temporary one.</param>
    /// <param name="members">How many.</param>
    /// <param name="software">What runs them, with the embedded store.</param>
    /// <param name="database">What they run.</param>
    /// <param name="time">The clock.</param>
    public static LoopbackCluster CreateWithRouter(
        string scope, string? directory, int members, HoldfastSoftware software, Database database, TimeProvider time)
    {
        var (root, isNew) = OpenDirectory(directory);
        var plan = ClusterPlan.Make(scope, root, database, members, 0, 1);
#pragma warning disable CA2000 // The cluster disposes of all that runs in it.
        var router = new LoopbackMember(plan, plan.Router!, new RouterSoftware(software.Program));
#pragma warning restore CA2000
        var cluster = new LoopbackCluster(plan, software, [router], isNew, time);
        cluster.Prepare();
        return cluster;
    }

    /// <summary>The same in a temporary directory, with one more voter that has no database.</summary>
    /// <param name="scope">The cluster's name.</param>
    /// <param name="members">How many databases.</param>
    /// <param name="software">What runs them, with the embedded store.</param>
    /// <param name="time">The clock.</param>
    public static LoopbackCluster CreateWithWitness(string scope, int members, HoldfastSoftware software, TimeProvider time)
    {
        var plan = ClusterPlan.Make(scope, Directory.CreateTempSubdirectory("holdfast-").FullName, Database.PostgreSql, members, 1, 0);
        var witness = new WitnessSoftware(software.Program);
        var cluster = new LoopbackCluster(plan, software, [.. plan.Witnesses.Select(voter => new LoopbackMember(plan, voter, witness))], true, time);
        cluster.Prepare();
        return cluster;
    }

    public LoopbackMember Member(string name) => Members.First(member => member.Name == name);

    public void Start()
    {
        foreach (var member in All)
        {
            member.Start();
        }
    }

    /// <summary>What the first member that answers says of the cluster.</summary>
    public async Task<ClusterStatus?> StatusAsync(CancellationToken cancellationToken)
    {
        foreach (var member in Members.Where(member => member.IsListening))
        {
            if (await rest.ClusterAsync(member.Plan, cancellationToken) is { Leader: not null } status)
            {
                return status;
            }
        }

        return null;
    }

    /// <summary>The member that leads now.</summary>
    public async Task<LoopbackMember> LeaderAsync(CancellationToken cancellationToken) =>
        (await StatusAsync(cancellationToken))?.Leader is { } leader
            ? Member(leader.Name)
            : throw new DemoException("no member leads the cluster");

    public async Task<Redundancy> RedundancyAsync(CancellationToken cancellationToken) =>
        await RedundancyProbe.AskAsync(Plan, await StatusAsync(cancellationToken), cancellationToken);

    /// <summary>Waits until all members but the primary stream from it and a synchronous standby is recorded; false: not in time.</summary>
    public async Task<bool> WaitForRedundancyAsync(TimeSpan limit, Action<Redundancy>? progress, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < limit)
        {
            var redundancy = await RedundancyAsync(cancellationToken);
            progress?.Invoke(redundancy);
            if (redundancy.IsComplete)
            {
                return true;
            }

            await Task.Delay(RedundancyLook, time, cancellationToken);
        }

        return false;
    }

    /// <summary>From now on the end of this object is not the end of the cluster.</summary>
    public void Keep()
    {
        areProcessesKept = true;
        areFilesKept = true;
        File.WriteAllText(Plan.PasswordFile, Plan.Database.PasswordText(Plan));
        File.SetUnixFileMode(Plan.PasswordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Something went wrong: the logs are to be read after the end.</summary>
    public void KeepFiles() => areFilesKept = true;

    /// <summary>Asks politely first; what is left after that, or when the caller is in a hurry, is killed.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var member in All)
        {
            member.Thaw();
            member.AskToStop();
        }

        var began = time.GetTimestamp();
        while (IsAnythingAlive && time.GetElapsedTime(began) < PoliteStop)
        {
            await Task.Delay(Look, time, cancellationToken);
        }

        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!areProcessesKept)
        {
            await EndAsync();
        }

        if (!areFilesKept)
        {
            Remove();
        }

        foreach (var member in All)
        {
            member.Dispose();
        }

        rest.Dispose();
    }

    private static (string Root, bool IsNew) OpenDirectory(string? directory)
    {
        if (directory is not null && Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw new DemoException($"{directory} is not empty; give a directory that is, or that does not exist");
        }

        var isNew = directory is null || !Directory.Exists(directory);
        return (directory is null ? Directory.CreateTempSubdirectory("holdfast-").FullName : Directory.CreateDirectory(directory).FullName, isNew);
    }

    private IEnumerable<LoopbackMember> All => Members.Concat(Others);

    private void Prepare()
    {
        Permissions.LetPass(Plan.Directory);
        foreach (var member in All)
        {
            member.Prepare();
        }
    }

    private bool IsAnythingAlive => All.Any(member => member.Processes().Count > 0);

    /// <summary>Ends all processes at once: the way out when somebody pressed Ctrl-C and waits for the prompt.</summary>
    private async Task EndAsync()
    {
        for (var round = 0; round < KillRoundsMax && IsAnythingAlive; round++)
        {
            foreach (var member in All)
            {
                member.KillAll();
            }

            await Task.Delay(Look, time, CancellationToken.None);
        }
    }

    private void Remove()
    {
        if (ownsDirectory)
        {
            Directory.Delete(Plan.Directory, recursive: true);
            return;
        }

        foreach (var member in All)
        {
            Directory.Delete(member.Plan.Directory, recursive: true);
        }
    }
}
