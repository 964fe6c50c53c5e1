using Holdfast.Demo.Canary;

namespace Holdfast.EndToEnd.Tests;

/// <summary>What tests of a store in trouble ask of the cluster on it.</summary>
public abstract class StoreTroubleTests(ExternalStoreCluster live)
{
    protected static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly HttpClient Http = new();

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>How long something stays as it is: longer than a lease lives.</summary>
    protected static Task LastAsync() => Task.Delay(TimeSpan.FromSeconds(6), Stop);

    protected static async Task WritesGoOnAsync(CanaryClient canary) =>
        Assert.True(await canary.WaitForWritesAsync(200, Limit, Stop), "nobody could write any more");

    /// <summary>Whole, nothing lost, and every write acknowledged by one and the same primary.</summary>
    protected async Task NothingChangedAsync(CanaryClient canary)
    {
        await live.WholeAsync();
        await WritesGoOnAsync(canary);
        Assert.Single(canary.Acknowledgements().Select(write => (write.Server, write.Timeline)).Distinct());
        Assert.Empty(await canary.FindLostAsync(Stop));
    }

    private protected static async Task<bool> SaysFailsafeAsync(Roles roles) =>
        (await Http.GetStringAsync(new Uri(FormattableString.Invariant($"http://127.0.0.1:{roles.Leader.Plan.RestPort}/patroni")), Stop))
            .Contains("failsafe_mode_is_active", StringComparison.Ordinal);

    /// <summary>Waits until some agent's log has these words: what an operator would find there.</summary>
    protected Task LogsSayAsync(string words) => Until.TrueAsync(
        () => live.Cluster.Members.Any(member => File.ReadAllText(member.Plan.LogFile).Contains(words, StringComparison.Ordinal)),
        () => $"no log says '{words}'");
}
