using System.Buffers.Binary;
using System.Net.Sockets;
using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Transport;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Clusters;

public sealed class HostileNetworkTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_with_another_password_takes_no_part_and_harms_nobody()
    {
        await using var cluster = await RaftCluster.StartAsync(3, options => options with { Password = "right" }, Stop);
        await cluster.Nodes[0].PutAsync("/a", "1", Stop);
        var stranger = cluster.Addresses[2];
        await cluster.KillNodeAsync(stranger);
        await cluster.StartNodeAsync(cluster.OptionsOf(stranger) with { Password = "wrong", RequestTimeout = TimeSpan.FromSeconds(2) }, Stop);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => cluster[stranger].ReadAsync("/", Stop));
        Assert.Equal("1", await cluster.Nodes[0].GetAsync("/a", Stop));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("right")]
    public async Task Garbage_huge_frames_and_silence_close_a_connection_and_nothing_else(string? password)
    {
        await using var cluster = await RaftCluster.StartAsync(1, options => options with { Password = password }, Stop);
        await cluster.Nodes[0].PutAsync("/a", "1", Stop);
        var (host, port) = Addresses.Split(cluster.Addresses[0]);
        var random = new Random(1);
        var idle = new List<Socket>();
        for (var i = 0; i < 120; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(host, port, Stop);
            idle.Add(socket);
            var garbage = new byte[random.Next(1, 300)];
            random.NextBytes(garbage);
            if (i % 3 == 0)
            {
                BinaryPrimitives.WriteInt32LittleEndian(garbage.AsSpan(0, Math.Min(4, garbage.Length)).Length == 4 ? garbage : new byte[4], int.MaxValue);
            }

            // Some send nothing at all: they hold a place among the handshakes until their time is over.
            if (i % 4 != 0)
            {
                await socket.SendAsync(garbage, Stop);
            }
        }

        Assert.Equal("1", await cluster.Nodes[0].GetAsync("/a", Stop));
        await cluster.Nodes[0].PutAsync("/a", "2", Stop);

        // Every one of them is let go, the silent ones when their five seconds are over.
        foreach (var socket in idle)
        {
            Assert.True(await IsClosedAsync(socket));
            socket.Dispose();
        }

        await using var client = new RaftStoreClient(new RaftClientOptions { Addresses = [cluster.Addresses[0]], Password = password }, TimeProvider.System);
        Assert.Equal("2", await client.GetAsync("/a", Stop));
    }

    [Fact]
    public async Task A_changed_byte_in_a_sealed_frame_is_noticed()
    {
        var (one, other) = await PairAsync();
        await using var first = one;
        await using var second = other;
        byte[] key = new byte[32];
        first.Seal(key, key);
        second.Seal(key, key);
        var frames = Frame(first, "hello"u8);
        await first.WriteAsync(frames, Stop);
        Assert.Equal("hello"u8.ToArray(), (await second.ReadAsync(Stop))!.Value.ToArray());

        // The same bytes once more are a repetition.
        await first.WriteAsync(frames, Stop);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await second.ReadAsync(Stop));
    }

    private static ByteWriter Frame(FrameChannel channel, ReadOnlySpan<byte> payload)
    {
        var frames = new ByteWriter();
        var place = FrameChannel.BeginFrame(frames);
        frames.Raw(payload);
        channel.EndFrame(frames, place);
        return frames;
    }

    private static async Task<(FrameChannel One, FrameChannel Other)> PairAsync()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var calling = new TcpClient();
        await calling.ConnectAsync((System.Net.IPEndPoint)listener.LocalEndpoint, Stop);
        var called = await listener.AcceptTcpClientAsync(Stop);
        return (new FrameChannel(calling.GetStream(), 1024), new FrameChannel(called.GetStream(), 1024));
    }

    private static async Task<bool> IsClosedAsync(Socket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, Stop) > 0)
            {
                // A challenge may come before the end.
            }

            return true;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
