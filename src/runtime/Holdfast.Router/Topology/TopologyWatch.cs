using System.Net;
using System.Net.Sockets;
using Holdfast.Model;
using Holdfast.Ports.Peers;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;
using Microsoft.Extensions.Logging;

namespace Holdfast.Router.Topology;

/// <summary>Keeps one cluster's topology current: follows the store, asks the members, resolves their names.</summary>
internal sealed partial class TopologyWatch(
    IConsensusStore store,
    ClusterKeys keys,
    ClusterTopology topology,
    IMemberHealthSource health,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ResolveAgainAfter = TimeSpan.FromSeconds(15);

    /// <summary>Reads everything, then follows the changes, and begins again whenever the watch is lost.</summary>
    public async Task FollowAsync(CancellationToken stopping)
    {
        var pause = RetryAfter;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var image = await store.ReadAsync(keys.Prefix, stopping);
                if (!topology.Load(image))
                {
                    LogWentBack(keys.Prefix, image.Revision);
                }

                pause = RetryAfter;
                await foreach (var change in store.WatchAsync(keys.Prefix, image.Revision, stopping))
                {
                    topology.Apply(change);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (StoreCompactedException)
            {
                continue;
            }
            catch (Exception exception) when (exception is StoreUnavailableException or OperationCanceledException)
            {
                if (pause == RetryAfter)
                {
                    LogStoreLost(keys.Prefix, exception.Message);
                }
            }

            topology.StoreLost();
            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, RetryAfterMax.Ticks));
        }
    }

    /// <summary>Asks every member's REST interface in turn of the interval.</summary>
    public async Task AskMembersAsync(TimeSpan every, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(every, time);
        while (await NextAsync(timer, stopping))
        {
            await Task.WhenAll(topology.Interfaces.Select(member => AskAsync(member.Name, member.ApiUrl, stopping)));
        }
    }

    /// <summary>Members that are named rather than numbered are looked up at once, and again now and then.</summary>
    public async Task ResolveAsync(TimeSpan every, CancellationToken stopping)
    {
        Dictionary<DnsEndPoint, TimeSpan> resolved = [];
        using var timer = new PeriodicTimer(every, time);
        do
        {
            foreach (var (target, address) in topology.Named)
            {
                var now = time.GetElapsedTime(0);
                if (target.Addresses.Length == 0 || !resolved.TryGetValue(address, out var last) || now - last > ResolveAgainAfter)
                {
                    resolved[address] = now;
                    await ResolveAsync(target, address, stopping);
                }
            }
        }
        while (await NextAsync(timer, stopping));
    }

    private async Task ResolveAsync(Clusters.Target target, DnsEndPoint address, CancellationToken stopping)
    {
        try
        {
            var found = await Dns.GetHostAddressesAsync(address.Host, stopping);
            IPEndPoint[] next = [.. found.OrderBy(one => one.AddressFamily).Select(one => new IPEndPoint(one, address.Port))];
            if (next.Length > 0 && !target.Addresses.SequenceEqual(next))
            {
                target.Addresses = next;
                topology.Resolved();
            }
        }
        catch (SocketException exception)
        {
            LogNotResolved(target.Name.Text, address.Host, exception.Message);
        }
        catch (OperationCanceledException)
        {
            // The router ends.
        }
    }

    private async Task AskAsync(MemberName name, string apiUrl, CancellationToken stopping)
    {
        try
        {
            topology.Heard(name, await health.AskAsync(apiUrl, stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The router ends.
        }
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(3930, LogLevel.Warning, "The store does not answer for {Prefix} ({Why}): connections go where it last said, as far as the members confirm it")]
    private partial void LogStoreLost(string prefix, string why);

    [LoggerMessage(3932, LogLevel.Error, "The store shows revision {Revision} for {Prefix}, older than was seen: a restored backup or a stale server. Connections go where they went; SIGHUP makes the router believe it")]
    private partial void LogWentBack(string prefix, Revision revision);

    [LoggerMessage(3931, LogLevel.Warning, "The address of member {Member}, {Host}, cannot be resolved: {Why}")]
    private partial void LogNotResolved(string member, string host, string why);
}
