using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Holdfast.StoreServers;
using Xunit;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>That the way to a server falls ill as these tests need it.</summary>
public sealed class SickProxyTests : IAsyncDisposable
{
    private readonly TcpListener server = new(IPAddress.Loopback, 0);
    private readonly byte[] answer = new byte[1];
    private readonly SickProxy proxy;

    public SickProxyTests()
    {
        server.Start();
        proxy = new SickProxy(((IPEndPoint)server.LocalEndpoint).Port, TimeProvider.System);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await proxy.DisposeAsync();
        server.Dispose();
    }

    [Fact]
    public async Task What_a_silent_way_has_held_back_arrives_when_it_is_well_again()
    {
        using var client = await ConnectAsync();
        using var accepted = await server.AcceptSocketAsync(Stop);
        proxy.BlackHole();
        await client.SendAsync("x"u8.ToArray(), Stop);
        var arriving = accepted.ReceiveAsync(answer, Stop);
        await Task.Delay(100, Stop);
        Assert.False(arriving.IsCompleted);

        proxy.Pass();

        Assert.Equal(1, await arriving);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await accepted.ReceiveAsync(answer, Stop));
        await accepted.SendAsync("y"u8.ToArray(), Stop);
        Assert.Equal(1, await client.ReceiveAsync(answer, Stop));
    }

    [Fact]
    public async Task A_slow_way_takes_at_least_as_long_as_it_was_told()
    {
        using var client = await ConnectAsync();
        using var accepted = await server.AcceptSocketAsync(Stop);
        proxy.Delay(TimeSpan.FromMilliseconds(300));
        var began = Stopwatch.StartNew();

        await client.SendAsync("x"u8.ToArray(), Stop);
        Assert.Equal(1, await accepted.ReceiveAsync(answer, Stop));

        Assert.True(began.ElapsedMilliseconds >= 290);
    }

    [Fact]
    public async Task A_way_that_resets_or_refuses_ends_open_connections_and_new_ones_until_it_is_well()
    {
        using var client = await ConnectAsync();
        using var accepted = await server.AcceptSocketAsync(Stop);

        proxy.Reset();
        await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(answer, Stop));
        await Assert.ThrowsAsync<SocketException>(async () => await accepted.ReceiveAsync(answer, Stop));
        proxy.Refuse();
        await Assert.ThrowsAsync<SocketException>(ConnectAsync);
        proxy.Pass();

        using var well = await ConnectAsync();
        using var taken = await server.AcceptSocketAsync(Stop);
        await taken.SendAsync("x"u8.ToArray(), Stop);
        Assert.Equal(1, await well.ReceiveAsync(answer, Stop));
    }

    [Fact]
    public async Task Only_connections_that_bear_a_mark_are_silenced()
    {
        using var marked = await ConnectAsync();
        using var markedAccepted = await server.AcceptSocketAsync(Stop);
        using var other = await ConnectAsync();
        using var otherAccepted = await server.AcceptSocketAsync(Stop);
        await marked.SendAsync("From: one"u8.ToArray(), Stop);
        await markedAccepted.ReceiveAsync(new byte[9], Stop);
        proxy.BlackHoleFor("from: one");

        await markedAccepted.SendAsync("x"u8.ToArray(), Stop);
        await otherAccepted.SendAsync("x"u8.ToArray(), Stop);

        var held = marked.ReceiveAsync(answer, Stop);
        Assert.Equal(1, await other.ReceiveAsync(new byte[1], Stop));
        Assert.False(held.IsCompleted);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, proxy.Port), Stop);
        return socket;
    }
}
