using System.Net;
using System.Net.Sockets;
using System.Text;
using Holdfast.Demo.Cluster;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Whoever reaches a port may send anything.</summary>
[Collection(nameof(SharedCluster))]
public sealed class HostileRequestTests(LiveCluster live)
{
    private const int Megabyte = 1 << 20;

    public static TheoryData<string> Ports => ["REST", "store"];

    [Theory]
    [MemberData(nameof(Ports))]
    public async Task Garbage_huge_and_slow_requests_leave_the_agent_alive_and_answering(string port)
    {
        var roles = await live.WholeAsync();
        var member = roles.Leader;
        var agent = member.Agent;
        var target = port == "REST" ? member.Plan.RestPort : member.Plan.StorePort;
        var random = new Random(1);
        List<Socket> slow = [];
        try
        {
            for (var i = 0; i < 200; i++)
            {
                slow.Add(await ConnectAsync(target));
                await SendAsync(slow[^1], "POST /config HTTP/1.1\r\nHost: x\r\nContent-Le"u8.ToArray());
            }

            foreach (var bytes in (byte[][])
            [
                Noise(random, 1000),
                Noise(random, 8 * Megabyte),
                new byte[Megabyte],
                [0xff, 0xff, 0xff, 0xff, .. Noise(random, 100)],
                [0x7f, 0xff, 0xff, 0xff, .. Noise(random, Megabyte)],
                Encoding.ASCII.GetBytes("GET /" + new string('a', Megabyte) + " HTTP/1.1\r\nHost: x\r\n\r\n"),
                Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\nX: " + new string('a', Megabyte) + "\r\n\r\n"),
                Encoding.ASCII.GetBytes("PATCH /config HTTP/1.1\r\nHost: x\r\nContent-Length: 16777216\r\n\r\n" + new string('[', 16 * Megabyte)),
                Encoding.ASCII.GetBytes("PATCH /config HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n{"),
                Encoding.ASCII.GetBytes("POST /switchover HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n"),
            ])
            {
                using var socket = await ConnectAsync(target);
                await SendAsync(socket, bytes);
            }

            await AssertAnswersAsync(member);
            Assert.Equal(roles.Leader.Name, (await live.WholeAsync()).Leader.Name);
        }
        finally
        {
            slow.ForEach(socket => socket.Dispose());
        }

        Assert.Equal(agent?.Pid, member.Agent?.Pid);
        Assert.Equal(agent?.StartTicks, member.Agent?.StartTicks);
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = 5000 };
        await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return socket;
    }

    /// <summary>What the other side refuses to take is as good as sent.</summary>
    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            await socket.SendAsync(bytes, limit.Token);
        }
        catch (SocketException)
        {
            // Refused half way.
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // Not read any more.
        }
    }

    private static async Task AssertAnswersAsync(LoopbackMember member)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        using var answer = await client.GetAsync(new Uri(member.Plan.RestUrl + "/primary"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static byte[] Noise(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
