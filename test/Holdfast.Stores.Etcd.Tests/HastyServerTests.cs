using System.Net;
using System.Net.Sockets;
using Holdfast.Ports.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>Servers that hang up while the first words are exchanged, as one does that wants TLS, or another certificate.</summary>
public sealed class HastyServerTests : IAsyncDisposable
{
    private const int Rounds = 20;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private Task serving = Task.CompletedTask;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
        listener.Dispose();
    }

    /// <summary>The end comes sooner or later than .NET looks: every way must name the key that can mend it.</summary>
    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "")]

    // An empty SETTINGS frame (RFC 9113, section 6.5): for a moment there is a connection.
    [InlineData(false, "000000040000000000")]
    [InlineData(true, "000000040000000000")]

    // TLS: a fatal alert, "protocol version" (RFC 8446, section 6).
    [InlineData(true, "15030100020246")]
    public async Task What_may_be_wrong_is_named_whenever_it_hangs_up(bool listens, string words)
    {
        listener.Start();
        serving = ServeAsync(listens, Convert.FromHexString(words));
        var options = new EtcdStoreOptions { Endpoints = [new Uri($"http://{listener.LocalEndpoint}")], RequestTimeout = TimeSpan.FromMilliseconds(1) };
        await using var store = new EtcdStore(options, TimeProvider.System, NullLogger<EtcdStore>.Instance);

        for (var round = 0; round < Rounds; round++)
        {
            var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ReadAsync("/", Stop));
            Assert.True(refused.Message.Contains("etcd3.protocol", StringComparison.Ordinal), $"no key is named in: {refused}");
        }
    }

    private async Task ServeAsync(bool listens, byte[] words)
    {
        var preface = new byte[24];
        try
        {
            while (true)
            {
                using var client = await listener.AcceptSocketAsync(Stop);
                if (listens)
                {
                    await client.ReceiveAsync(preface, Stop);
                }

                await client.SendAsync(words, Stop);
            }
        }
        catch (SocketException)
        {
            // The test has ended.
        }
    }
}
