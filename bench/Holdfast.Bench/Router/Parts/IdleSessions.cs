using System.Data.Common;
using System.Globalization;
using Holdfast.Bench.Router.Proxies;
using Holdfast.Bench.Router.Tools;
using Holdfast.Demo;
using Holdfast.Demo.Canary;

namespace Holdfast.Bench.Router.Parts;

/// <summary>What logged-in sessions take while they say nothing.</summary>
internal sealed class IdleSessions(Workbench bench, StaticCluster cluster)
{
    private const double BytesPerKilobyte = 1_000;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    public async Task RunAsync(int count, CancellationToken stopping)
    {
        await MeasureAsync(bench.Session(cluster), count, stopping);
        await MeasureAsync(Workbench.PgBouncer(cluster), count, stopping);
    }

    private async Task MeasureAsync(IProxySoftware software, int count, CancellationToken stopping)
    {
        await using var proxy = await bench.StartAsync(software, stopping);
        await using var source = new CanaryHost(proxy.Name, proxy.Port, StaticCluster.Password).Connections();
        var sessions = new List<DbConnection>();
        try
        {
            sessions.Add(await source.OpenConnectionAsync(stopping));
            await Task.Delay(Settling, bench.Time, stopping);
            var empty = proxy.MemoryBytes;
            while (sessions.Count <= count)
            {
                sessions.Add(await source.OpenConnectionAsync(stopping));
            }

            await Task.Delay(Settling, bench.Time, stopping);
            var each = (proxy.MemoryBytes - empty) / BytesPerKilobyte / count;
            bench.Figures.Add($"{proxy.Name}_idle_kb", "kB", each);
            bench.Say(string.Create(CultureInfo.InvariantCulture, $"  {proxy.Name}: {each:0.00} kB a session"));
        }
        catch (DbException exception)
        {
            throw new DemoException(
                string.Create(CultureInfo.InvariantCulture, $"{proxy.Name} took {sessions.Count} of {count} sessions: {exception.Message}"));
        }
        finally
        {
            foreach (var session in sessions)
            {
                await session.DisposeAsync();
            }
        }
    }
}
