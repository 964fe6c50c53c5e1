using System.Buffers.Binary;
using CsCheck;
using Holdfast.Router.Sessions.Login;
using Holdfast.Router.Sessions.Protocol;
using Xunit;

namespace Holdfast.Router.Tests.Login;

public sealed class StartupPacketTests : IDisposable
{
    private const int Version3 = 3 << 16;
    private const int CancelCode = 80877102;
    private readonly LoopWire wire = new();

    public void Dispose() => wire.Dispose();

    [Fact]
    public async Task A_session_s_start_is_read_and_written_as_it_came()
    {
        var bytes = new StartupPacket.Session(Version3, [new("user", "anna"), new("application_name", "Ä"), new("options", "")]).ToBytes();

        var packet = Assert.IsType<StartupPacket.Session>(await ReadAsync(bytes));

        Assert.Equal(("anna", "anna", false), (packet.User, packet.Database, packet.IsReplication));
        Assert.Equal(bytes, packet.ToBytes());
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("database", true)]
    [InlineData("off", false)]
    public async Task A_replication_connection_is_told_from_a_session(string value, bool isReplication) =>
        Assert.Equal(isReplication, Assert.IsType<StartupPacket.Session>(
            await ReadAsync(new StartupPacket.Session(Version3, [new("user", "anna"), new("replication", value)]).ToBytes())).IsReplication);

    [Fact]
    public async Task Wishes_for_encryption_are_understood()
    {
        Assert.IsType<StartupPacket.TlsWish>(await ReadAsync(StartupPacket.TlsRequest()));
        Assert.IsType<StartupPacket.GssWish>(await ReadAsync(Packet(80877104, [])));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(256)]
    public async Task A_cancel_request_carries_a_key_of_either_protocol_s_length(int keyBytes)
    {
        var request = new StartupPacket.Cancel(4711, [.. Enumerable.Range(0, keyBytes).Select(number => (byte)number)]);

        var packet = Assert.IsType<StartupPacket.Cancel>(await ReadAsync(request.ToBytes()));

        Assert.Equal(request.Process, packet.Process);
        Assert.Equal(request.Key, packet.Key);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(257)]
    public Task A_cancel_request_with_a_key_of_another_length_is_refused(int keyBytes) =>
        AssertRefusedAsync(Packet(CancelCode, new byte[4 + keyBytes]));

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(10_001)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public Task A_length_that_cannot_be_is_refused_before_anything_is_read(int length)
    {
        var head = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(head, length);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), Version3);
        return AssertRefusedAsync(head);
    }

    [Fact]
    public async Task The_longest_packet_that_PostgreSQL_takes_is_taken()
    {
        var packet = new StartupPacket.Session(Version3, [new("user", "anna"), new("options", new string('x', 10_000 - 28))]);

        Assert.Equal(10_000, packet.ToBytes().Length);
        Assert.IsType<StartupPacket.Session>(await ReadAsync(packet.ToBytes()));
    }

    [Theory]
    [InlineData("user\0anna\0")]
    [InlineData("user\0anna\0\0more")]
    [InlineData("user\0anna")]
    [InlineData("user\0")]
    [InlineData("")]
    public Task Parameters_without_their_end_are_refused(string text) =>
        AssertRefusedAsync(Packet(Version3, System.Text.Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData(2 << 16)]
    [InlineData(4 << 16)]
    [InlineData(0)]
    public Task Another_protocol_is_refused(int version) => AssertRefusedAsync(Packet(version, [0]));

    [Fact]
    public Task Any_bytes_at_all_are_a_packet_or_refused() =>
        Gen.Select(Pieces.AnyOf(Version3, CancelCode, 80877103, 80877104, 1), Gen.Byte.Array[0, 60], Gen.Bool).SampleAsync(
            async (code, body, hasHead) =>
            {
                try
                {
                    Assert.NotNull(await ReadAsync(hasHead ? Packet(code, body) : body));
                }
                catch (Exception exception) when (exception is ProtocolException or IOException)
                {
                    // Refused.
                }
            },
            iter: 300, threads: 1);

    private async Task AssertRefusedAsync(byte[] bytes) => await Assert.ThrowsAsync<ProtocolException>(() => ReadAsync(bytes));

    private Task<StartupPacket> ReadAsync(byte[] bytes) => wire.ReadAsync(bytes, StartupPacket.ReadAsync);

    private static byte[] Packet(int code, byte[] body) => new MessageWriter().Begin(0).Number(code).Bytes(body).End().ToArray();
}
