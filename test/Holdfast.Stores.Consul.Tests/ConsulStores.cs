using System.Diagnostics;
using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Holdfast.StoreServers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Stores.Consul.Tests;

/// <summary>Real Consul servers and a store for each, which asks that server first.</summary>
internal sealed class ConsulStores : IStoreCluster
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly List<ConsulStore> stores = [];

    private ConsulStores(ConsulServer consul) => Consul = consul;

    public ConsulServer Consul { get; }

    public IReadOnlyList<IConsensusStore> Endpoints => stores;

    public static async Task<ConsulStores> StartAsync(int servers, CancellationToken cancellationToken)
    {
        const string settings = """ "limits": { "kv_max_value_size": 2097152, "txn_max_req_len": 4194304 }, "session_ttl_min": "1s" """;
        var started = Launch(new ConsulOptions { Servers = servers, Settings = settings });
        await started.WaitAsync(options => options, cancellationToken);
        for (var first = 0; first < servers; first++)
        {
            started.stores.Add(started.Open(first, options => options));
        }

        return started;
    }

    public static ConsulStores Launch(ConsulOptions options)
    {
        Assert.SkipUnless(File.Exists(options.Program), $"there is no {options.Program}: tools/get-consul unpacks it");
        var started = new ConsulStores(new ConsulServer(options, TimeProvider.System));
        started.Consul.Launch();
        return started;
    }

    /// <summary>A client that asks this server first and the others after it.</summary>
    public ConsulStore Open(int first, Func<ConsulStoreOptions, ConsulStoreOptions> change)
    {
        var options = new ConsulStoreOptions { Endpoints = [.. Consul.Servers.Skip(first).Concat(Consul.Servers.Take(first))] };
        return new ConsulStore(change(options), TimeProvider.System, NullLogger<ConsulStore>.Instance);
    }

    public async Task WaitAsync(Func<ConsulStoreOptions, ConsulStoreOptions> change, CancellationToken cancellationToken)
    {
        var began = Stopwatch.StartNew();
        await using var store = Open(0, change);
        while (true)
        {
            try
            {
                await store.OpenSessionAsync(TimeSpan.FromSeconds(10), cancellationToken);
                return;
            }
            catch (StoreUnavailableException) when (began.Elapsed < Limit)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    /// <summary>There is none to forget.</summary>
    public Task ForgetHistoryAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }

        await Consul.DisposeAsync();
    }
}
