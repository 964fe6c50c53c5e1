using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Holdfast.Decisions.Configuration;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads one cluster of the router, wherever its keys stand.</summary>
internal static class RouterClusterReader
{
    public const int ReadWritePortDefault = 5000;
    private const int ReadOnlyPortDefault = 5001;
    private const int Week = 7 * 24 * 3600;

    private static readonly RouterClusterConfiguration Initial = new() { Scope = "", ReadWrite = new([], ReadWritePortDefault) };

    /// <summary>What has no meaning for several clusters at once.</summary>
    public static ImmutableArray<string> Keys { get; } =
    [
        "mode", "read_write", "read_only", "hold_timeout", "max_held", "connect_timeout", "idle_timeout", "startup_timeout",
        "accept_proxy", "send_proxy", "reads", "breaker", .. RouterSessionReader.Keys.Remove("auth_password"),
    ];

    public static RouterClusterConfiguration Read(Section section, string scope, string? commonPassword)
    {
        // What a misspelt mode was meant to be is not known, and only session takes every key.
        var mode = section.Word("mode", ("tcp", RouterMode.Tcp), ("session", RouterMode.Session))
            ?? (section.Node("mode") is null ? Initial.Mode : RouterMode.Session);
        var cluster = new RouterClusterConfiguration
        {
            Scope = scope,
            Mode = mode,
            ReadWrite = section.Listen("read_write", ReadWritePortDefault) ?? Initial.ReadWrite,
            ReadOnly = section.Listen("read_only", ReadOnlyPortDefault),
            HoldTimeout = section.Duration("hold_timeout", 0, 3600) ?? Initial.HoldTimeout,
            HeldMax = (int)(section.Amount("max_held", Quantities.Plain, 0, 1_000_000) ?? Initial.HeldMax),
            ConnectTimeout = section.Duration("connect_timeout", 0.1m, 300) ?? Initial.ConnectTimeout,
            IdleTimeout = section.Duration("idle_timeout", 0, Week) is { Ticks: > 0 } idle ? idle : null,
            StartupTimeout = section.Duration("startup_timeout", 0.1m, 300) ?? Initial.StartupTimeout,
            AcceptsProxyFrom = ReadNetworks(section, "accept_proxy"),
            SendsProxy = section.Flag("send_proxy") ?? Initial.SendsProxy,
            Reads = RouterBalanceReader.ReadReads(section.Inner("reads")),
            Breaker = RouterBalanceReader.ReadBreaker(section.Inner("breaker")),
            Session = mode == RouterMode.Session ? RouterSessionReader.Read(section, commonPassword) : null,
        };
        Check(section, cluster);
        return cluster;
    }

    private static void Check(Section section, RouterClusterConfiguration cluster)
    {
        if (section.Node("read_write") is null)
        {
            section.Missing("read_write", "10.0.0.1:5000");
        }

        if (section.Node("reads") is not null && section.Node("read_only") is null)
        {
            section.Warning("reads", "has no effect without read_only: the address that reads come to");
        }

        if (cluster.Mode == RouterMode.Tcp)
        {
            RouterSessionReader.Refuse(section);
        }
    }

    private static ImmutableArray<IPNetwork> ReadNetworks(Section section, string key)
    {
        var networks = ImmutableArray.CreateBuilder<IPNetwork>();
        foreach (var text in section.Texts(key) ?? [])
        {
            if (ParseNetwork(text) is { } network)
            {
                networks.Add(network);
            }
            else
            {
                section.Error(key, $"'{text}' is not a network such as 10.0.0.0/8, nor an address such as 10.0.0.1");
            }
        }

        return networks.ToImmutable();
    }

    private static IPNetwork? ParseNetwork(string text)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            return new(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        }

        return IPNetwork.TryParse(text, out var network) ? network : null;
    }
}
