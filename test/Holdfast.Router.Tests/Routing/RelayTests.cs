using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Holdfast.Conformance;
using Xunit;

namespace Holdfast.Router.Tests.Routing;

/// <summary>Mode tcp passes on what is sent, no more and no less.</summary>
public class RelayTests
{
    private const int Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData((10 * Megabyte) + 7)]
    public async Task Every_byte_goes_there_and_back(int count)
    {
        await using var alpha = new TestMember("alpha");
        await using var cluster = new RoutedCluster();
        await cluster.FormAsync(alpha);
        var (caller, _) = await Caller.ServedAsync(cluster.Writes);

        await caller.EchoAsync(RandomNumberGenerator.GetBytes(count));

        await Until.TrueAsync(() => cluster.Metrics.Contains($"direction=\"to_member\"}} {count}", StringComparison.Ordinal));
        caller.Dispose();
    }

    [Fact]
    public async Task Two_hundred_connections_at_once_get_every_byte_back()
    {
        await using var alpha = new TestMember("alpha");
        await using var cluster = new RoutedCluster();
        await cluster.FormAsync(alpha);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(async seed =>
        {
            var random = new Random(seed);
            var (caller, _) = await Caller.ServedAsync(cluster.Writes);
            for (var turn = 0; turn < 10; turn++)
            {
                var bytes = new byte[random.Next(1, turn == 9 ? 400_000 : 5000)];
                random.NextBytes(bytes);
                await caller.EchoAsync(bytes);
            }

            caller.Dispose();
        }));

        await Until.TrueAsync(() => cluster.Status.Connections == 0 && cluster.Of(alpha).Connections == 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_reads_late_gets_every_byte(bool isBulk)
    {
        var bytes = RandomNumberGenerator.GetBytes((isBulk ? 32 : 8) * Megabyte);
        await using var cluster = new RoutedCluster();
        TestMember? alpha = null;
        alpha = new TestMember("alpha", async socket =>
        {
            // What the router has passed on before it gets more never fills its buffer, so it never takes this for a bulk stream.
            var chunk = isBulk ? Megabyte : 60_000;
            for (var offset = 0; offset < bytes.Length; offset += chunk)
            {
                await alpha!.SendAsync(socket, bytes.AsMemory(offset, Math.Min(chunk, bytes.Length - offset)));
                while (!isBulk && !cluster.Metrics.Contains($"direction=\"to_client\"}} {alpha.Sent}", StringComparison.Ordinal))
                {
                    await Task.Yield();
                }
            }
        });
        await cluster.FormAsync(alpha);
        using var caller = await Caller.ConnectAsync(cluster.Writes, receiveBytes: 4096);

        await alpha.UntilStalledAsync();

        Assert.Equal('a', await caller.HearMemberAsync());
        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(await caller.ReadAsync(bytes.Length)));
        Assert.False(await caller.IsBrokenAtTheEndAsync());
        await alpha.DisposeAsync();
    }

    [Fact]
    public async Task A_client_that_has_sent_all_still_gets_its_answer()
    {
        await using var alpha = new TestMember("alpha", async socket =>
        {
            var received = 0;
            var buffer = new byte[64 * 1024];
            for (var count = await socket.ReceiveAsync(buffer); count > 0; count = await socket.ReceiveAsync(buffer))
            {
                received += count;
            }

            await socket.SendAsync(BitConverter.GetBytes(received));
        });
        await using var cluster = new RoutedCluster();
        await cluster.FormAsync(alpha);
        var (caller, _) = await Caller.ServedAsync(cluster.Writes);

        await caller.SendAsync(new byte[3 * Megabyte]);
        caller.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(3 * Megabyte, BitConverter.ToInt32(await caller.ReadAsync(4)));
        Assert.False(await caller.IsBrokenAtTheEndAsync());
        caller.Dispose();
    }

    [Fact]
    public async Task A_member_that_breaks_off_is_not_taken_for_one_that_has_ended()
    {
        await using var alpha = new TestMember("alpha");
        await using var cluster = new RoutedCluster();
        await cluster.FormAsync(alpha);
        var (caller, _) = await Caller.ServedAsync(cluster.Writes);

        alpha.ResetAll();

        Assert.True(await caller.IsBrokenAtTheEndAsync());
        caller.Dispose();
    }

    [Fact]
    public async Task A_client_that_breaks_off_breaks_its_member_s_connection()
    {
        var ended = new TaskCompletionSource<SocketError>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var alpha = new TestMember("alpha", async socket =>
        {
            try
            {
                await socket.ReceiveAsync(new byte[1]);
                ended.SetResult(SocketError.Success);
            }
            catch (SocketException exception)
            {
                ended.SetResult(exception.SocketErrorCode);
            }
        });
        await using var cluster = new RoutedCluster();
        await cluster.FormAsync(alpha);
        var (caller, _) = await Caller.ServedAsync(cluster.Writes);

        caller.Reset();

        Assert.Equal(SocketError.ConnectionReset, await ended.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_slow_reader_holds_no_memory_and_stalls_nobody()
    {
        const long Offered = 1L << 30;
        var chunk = new byte[Megabyte];
        TestMember? alpha = null;
        var hasFlooded = false;
        alpha = new TestMember("alpha", async socket =>
        {
            if (!Interlocked.Exchange(ref hasFlooded, true))
            {
                while (alpha!.Sent < Offered)
                {
                    await alpha.SendAsync(socket, chunk);
                }

                return;
            }

            var buffer = new byte[64 * 1024];
            for (var count = await socket.ReceiveAsync(buffer); count > 0; count = await socket.ReceiveAsync(buffer))
            {
                await socket.SendAsync(buffer.AsMemory(0, count));
            }
        });
        await using var cluster = new RoutedCluster(threads: 1);
        await cluster.FormAsync(alpha);
        var (slow, _) = await Caller.ServedAsync(cluster.Writes);
        await Until.TrueAsync(() => alpha.Sent > Megabyte);

        var (quick, _) = await Caller.ServedAsync(cluster.Writes);
        for (var turn = 0; turn < 20; turn++)
        {
            await quick.EchoAsync(RandomNumberGenerator.GetBytes(Megabyte));
        }

        Assert.InRange(alpha.Sent, Megabyte, 100 * Megabyte);
        slow.Dispose();
        quick.Dispose();
        await alpha.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_without_traffic_is_closed_and_one_with_traffic_is_not()
    {
        await using var alpha = new TestMember("alpha");
        await using var cluster = new RoutedCluster(options => options with { IdleLimit = TimeSpan.FromSeconds(2) });
        await cluster.FormAsync(alpha);
        var (busy, _) = await Caller.ServedAsync(cluster.Writes);
        var (idle, _) = await Caller.ServedAsync(cluster.Writes);

        var ended = idle.IsBrokenAtTheEndAsync();
        while (!ended.IsCompleted)
        {
            await busy.EchoAsync([1, 2, 3]);
            await Task.Yield();
        }

        Assert.True(await ended);
        await busy.EchoAsync([4, 5, 6]);
        busy.Dispose();
        idle.Dispose();
    }

    [Fact]
    public async Task Clients_beyond_the_limit_wait_in_the_kernel_until_there_is_room()
    {
        await using var alpha = new TestMember("alpha");
        await using var cluster = new RoutedCluster(options => options with { ConnectionsMax = 2 }, threads: 1);
        await cluster.FormAsync(alpha);
        var (first, _) = await Caller.ServedAsync(cluster.Writes);
        var (second, _) = await Caller.ServedAsync(cluster.Writes);

        using var third = await Caller.ConnectAsync(cluster.Writes);
        var served = third.HearMemberAsync();
        for (var turn = 0; turn < 50; turn++)
        {
            await first.EchoAsync([1, 2, 3]);
        }

        Assert.False(served.IsCompleted);
        Assert.Equal(2, cluster.Status.Connections);
        second.Dispose();
        Assert.Equal('a', await served);
        first.Dispose();
    }

    [Fact]
    public async Task Clients_and_members_may_speak_IPv6()
    {
        await using var alpha = new TestMember("alpha", address: IPAddress.IPv6Loopback);
        await using var cluster = new RoutedCluster(options => options with { ReadWrite = [new(IPAddress.IPv6Loopback, 0)] });
        await cluster.FormAsync(alpha);

        var (caller, member) = await Caller.ServedAsync(cluster.Writes);

        Assert.Equal('a', member);
        await caller.EchoAsync([1, 2, 3]);
        caller.Dispose();
    }

    [Fact]
    public async Task A_member_that_is_named_rather_than_numbered_is_looked_up()
    {
        await using var alpha = new TestMember("alpha");
        await using var cluster = new RoutedCluster();
        cluster.Lead(alpha);
        cluster.Store.Put(cluster.Keys.Member("alpha"), $$"""{"conn_url":"postgres://localhost:{{alpha.Address.Port}}/postgres","state":"running","role":"primary"}""");

        var (caller, member) = await Caller.ServedAsync(cluster.Writes);

        Assert.Equal('a', member);
        caller.Dispose();
    }
}
