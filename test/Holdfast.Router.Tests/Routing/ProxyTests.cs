using System.Net;
using System.Text;
using Holdfast.Router.Accepting;
using Xunit;

namespace Holdfast.Router.Tests.Routing;

/// <summary>The PROXY protocol on both sides of the router.</summary>
public sealed class ProxyTests : IAsyncLifetime
{
    private static readonly IPNetwork Loopback = IPNetwork.Parse("127.0.0.0/8");
    private static readonly ConnectionSource Elsewhere = new(IPEndPoint.Parse("192.0.2.7:56324"), IPEndPoint.Parse("198.51.100.1:443"));
    private readonly TaskCompletionSource<byte[]> received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TestMember alpha;

    /// <summary>A member that keeps what it was sent until the first "!".</summary>
    public ProxyTests() => alpha = new("alpha", async socket =>
    {
        List<byte> bytes = [];
        var buffer = new byte[1024];
        do
        {
            bytes.AddRange(buffer.AsSpan(0, await socket.ReceiveAsync(buffer)));
        }
        while (bytes[^1] != (byte)'!');
        received.SetResult([.. bytes]);
    });

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => alpha.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_trusted_network_s_header_is_taken_and_sent_on_in_version_2(int version)
    {
        await using var cluster = await FormAsync(options => options with { ProxyTrusted = [Loopback], SendsProxy = true });
        var header = version == 2 ? ProxyHeader.Write(Elsewhere) : Encoding.ASCII.GetBytes("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n");
        using var caller = await Caller.ConnectAsync(cluster.Writes);

        await caller.SendAsync(With(header));

        Assert.Equal(With(ProxyHeader.Write(Elsewhere)), await ReceivedAsync());
    }

    [Fact]
    public async Task A_header_that_comes_byte_by_byte_is_waited_for()
    {
        await using var cluster = await FormAsync(options => options with { ProxyTrusted = [Loopback] });
        using var caller = await Caller.ConnectAsync(cluster.Writes);

        foreach (var one in ProxyHeader.Write(Elsewhere))
        {
            await caller.SendAsync(new[] { one });
            await Task.Yield();
        }

        await caller.SendAsync("hello!"u8.ToArray());
        Assert.Equal("hello!"u8.ToArray(), await ReceivedAsync());
    }

    [Fact]
    public async Task A_member_is_told_of_the_client_where_no_header_came()
    {
        await using var cluster = await FormAsync(options => options with { SendsProxy = true });
        using var caller = await Caller.ConnectAsync(cluster.Writes);
        var own = new ConnectionSource((IPEndPoint)caller.Socket.LocalEndPoint!, cluster.Writes);

        await caller.SendAsync("hello!"u8.ToArray());

        Assert.Equal(With(ProxyHeader.Write(own)), await ReceivedAsync());
    }

    [Fact]
    public async Task A_header_from_a_network_that_is_not_trusted_is_nothing_but_bytes()
    {
        await using var cluster = await FormAsync(options => options with { ProxyTrusted = [IPNetwork.Parse("10.0.0.0/8")], SendsProxy = true });
        using var caller = await Caller.ConnectAsync(cluster.Writes);
        var own = new ConnectionSource((IPEndPoint)caller.Socket.LocalEndPoint!, cluster.Writes);

        await caller.SendAsync(With(ProxyHeader.Write(Elsewhere)));

        byte[] expected = [.. ProxyHeader.Write(own), .. With(ProxyHeader.Write(Elsewhere))];
        Assert.Equal(expected, await ReceivedAsync());
    }

    [Theory]
    [InlineData("hello!")]
    [InlineData("PROXY TCP4 nobody nowhere 1 2\r\nhello!")]
    public async Task A_trusted_network_s_client_without_a_header_is_refused(string words)
    {
        await using var cluster = await FormAsync(options => options with { ProxyTrusted = [Loopback] });
        using var caller = await Caller.ConnectAsync(cluster.Writes);

        await caller.SendAsync(Encoding.ASCII.GetBytes(words));

        Assert.True(await caller.IsBrokenAtTheEndAsync());
        Assert.False(received.Task.IsCompleted);
    }

    [Fact]
    public async Task A_header_that_does_not_come_is_not_waited_for_without_end()
    {
        await using var cluster = await FormAsync(options => options with { ProxyTrusted = [Loopback], StartupLimit = TimeSpan.FromMilliseconds(100) });
        using var caller = await Caller.ConnectAsync(cluster.Writes);

        await caller.SendAsync("PROXY "u8.ToArray());

        Assert.True(await caller.IsBrokenAtTheEndAsync());
    }

    private static byte[] With(byte[] header) => [.. header, .. "hello!"u8];

    private async Task<RoutedCluster> FormAsync(Func<RouterClusterOptions, RouterClusterOptions> change)
    {
        var cluster = new RoutedCluster(change);
        await cluster.FormAsync(alpha);
        return cluster;
    }

    private Task<byte[]> ReceivedAsync() => received.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
}
