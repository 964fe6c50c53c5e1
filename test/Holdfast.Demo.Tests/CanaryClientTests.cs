using Holdfast.Demo.Canary;
using Npgsql;

namespace Holdfast.Demo.Tests;

public sealed class CanaryClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_canary_writes_on_after_its_server_was_killed_and_started_again_and_loses_nothing()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var server = new SingleServer();
        await server.CreateAsync();
        server.Start();
        await using var canary = await CanaryClient.StartAsync([server.Host], 4, TimeProvider.System, stopping);
        Assert.True(await canary.WaitForWritesAsync(100, Limit, stopping));

        var fault = canary.Now;
        await server.KillAsync();
        server.Start();

        Assert.True(await canary.WaitForServiceSinceAsync(fault, Limit, stopping));
        Assert.True(await canary.WaitForWritesAsync(100, Limit, stopping));
        Assert.Empty(await canary.FindLostAsync(stopping));
        Assert.True(CanaryFigures.LongestGap(canary.Acknowledgements(), fault, canary.Now) > TimeSpan.Zero);
        Assert.Equal(0, CanaryFigures.SecondWriterCount(canary.Acknowledgements()));
    }

    [Fact]
    public async Task A_row_that_vanished_is_reported_as_lost()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var server = new SingleServer();
        await server.CreateAsync();
        server.Start();
        await using var canary = await CanaryClient.StartAsync([server.Host], 2, TimeProvider.System, stopping);
        Assert.True(await canary.WaitForWritesAsync(50, Limit, stopping));
        var victim = canary.Acknowledgements()[10];

        await using var connections = server.Host.Connections();
        await using var connection = await connections.OpenConnectionAsync(stopping);
        await using var deletion = new NpgsqlCommand("DELETE FROM holdfast_canary WHERE writer = $1 AND sequence = $2", (NpgsqlConnection)connection);
        deletion.Parameters.Add(new NpgsqlParameter<int> { TypedValue = victim.Writer });
        deletion.Parameters.Add(new NpgsqlParameter<long> { TypedValue = victim.Sequence });
        Assert.Equal(1, await deletion.ExecuteNonQueryAsync(stopping));

        Assert.Equal([victim], await canary.FindLostAsync(stopping));
    }

    [Fact]
    public async Task A_host_that_refuses_is_left_for_the_one_that_serves()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var server = new SingleServer();
        await server.CreateAsync();
        server.Start();
        var nobody = new CanaryHost("nobody", Holdfast.Demo.Cluster.FreePorts.Take(1)[0], "secret");

        await using var canary = await CanaryClient.StartAsync([nobody, server.Host], 1, TimeProvider.System, stopping);

        Assert.True(await canary.WaitForWritesAsync(10, Limit, stopping));
        var port = server.Host.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.All(canary.Acknowledgements(), write => Assert.Equal(port, write.Server));
    }
}
