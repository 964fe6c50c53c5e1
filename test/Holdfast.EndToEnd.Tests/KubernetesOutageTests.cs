using Holdfast.KubernetesApi;
using Holdfast.StoreServers;

namespace Holdfast.EndToEnd.Tests;

/// <summary>The same on our model of the Kubernetes API, which also refuses.</summary>
public sealed class KubernetesOutageTests(SwiftKubernetesCluster live) : StoreOutageTests(live), IClassFixture<SwiftKubernetesCluster>
{
    private readonly SwiftKubernetesCluster live = live;
    private static readonly TimeSpan LongerThanALease = TimeSpan.FromSeconds(SwiftKubernetesCluster.TimeToLiveSeconds * 2);

    [Theory]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(429)]
    public async Task Writes_that_are_refused_for_longer_than_a_lease_lives_change_nothing(int status)
    {
        var roles = await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();
        await WritesGoOnAsync(canary);

        live.Api.Faults.RefuseWrites(status, int.MaxValue);
        await Until.TrueAsync(() => SaysFailsafeAsync(roles), () => "failsafe mode did not begin");
        await Task.Delay(LongerThanALease, Stop);
        await WritesGoOnAsync(canary);
        live.Api.Faults.Heal();

        await Until.TrueAsync(async () => !await SaysFailsafeAsync(roles), () => "failsafe mode did not end");
        await NothingChangedAsync(canary);
    }
}

/// <summary>What a cluster costs that is left as it begins.</summary>
public sealed class KubernetesIdleTests(KubernetesLiveCluster live) : IClassFixture<KubernetesLiveCluster>
{
    private const int WritesAMinuteMax = 30;

    [Fact(Explicit = true)]
    public async Task Three_members_that_have_nothing_to_do_write_no_more_than_thirty_times_a_minute()
    {
        await live.WholeAsync();

        // What follows the beginning is written by then.
        await Task.Delay(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var before = live.Api.Told.Count;
        await Task.Delay(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        var writes = live.Api.Told.Skip(before).Where(line => !line.StartsWith("get ", StringComparison.Ordinal)).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", writes.CountBy(line => line)));
        Assert.InRange(writes.Length, 1, WritesAMinuteMax);
    }
}

/// <summary>With a time to live that is less than a cluster on Kubernetes begins with, so that what waits for it is soon over.</summary>
public sealed class SwiftKubernetesCluster : KubernetesLiveCluster
{
    public const int TimeToLiveSeconds = 3;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await WholeAsync();
        await DoAsync("edit-config", "--force", "-s", $"ttl={TimeToLiveSeconds}", "-s", "loop_wait=1", "-s", "retry_timeout=1");
    }
}

public class KubernetesLiveCluster : ExternalStoreCluster
{
    public KubernetesLiveCluster()
        : this(new ApiServers())
    {
    }

    private KubernetesLiveCluster(ApiServers servers)
        : base("on-kubernetes", servers) => Api = servers.Server;

    internal KubernetesApiServer Api { get; }

    private sealed class ApiServers : IStoreServers
    {
        private readonly string directory = Directory.CreateTempSubdirectory("holdfast-kubernetes-").FullName;

        public KubernetesApiServer Server { get; } = new();

        private string File => Path.Combine(directory, "config");

        public string Section => $"kubernetes:\n  namespace: {KubernetesApiServer.Namespace}\n  kubeconfig: {File}\n  labels: {{application: holdfast}}";

        public async Task StartAllAsync(CancellationToken cancellationToken)
        {
            await System.IO.File.WriteAllTextAsync(File, Server.KubeConfig, cancellationToken);
            await Server.StartAsync(cancellationToken);
        }

        public void KillAll() => Server.StopAsync().GetAwaiter().GetResult();

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        }
    }
}
