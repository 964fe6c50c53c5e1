using System.Net;
using System.Text;
using CsCheck;
using Holdfast.Router.Accepting;
using Xunit;

namespace Holdfast.Router.Tests.Accepting;

public class ProxyHeaderTests
{
    private static readonly ConnectionSource Direct = Between("10.0.0.1:40000", "10.0.0.2:5000");

    public static TheoryData<string, string, string> Lines => new()
    {
        { "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n", "192.0.2.7:56324", "198.51.100.1:443" },
        { "PROXY TCP6 2001:db8::7 2001:db8::1 65535 1\r\n", "[2001:db8::7]:65535", "[2001:db8::1]:1" },
        { "PROXY UNKNOWN\r\n", "10.0.0.1:40000", "10.0.0.2:5000" },
        { "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", "10.0.0.1:40000", "10.0.0.2:5000" },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_header_of_version_1_says_whom_a_connection_is_from(string line, string from, string to) =>
        AssertReads(Encoding.ASCII.GetBytes(line), Between(from, to));

    [Theory]
    [InlineData("192.0.2.7:56324", "198.51.100.1:443")]
    [InlineData("[2001:db8::7]:65535", "[2001:db8::1]:1")]
    public void A_header_of_version_2_says_what_was_written_into_it(string from, string to) =>
        AssertReads(ProxyHeader.Write(Between(from, to)), Between(from, to));

    [Fact]
    public void Addresses_of_two_families_are_written_as_the_newer_one()
    {
        var header = ProxyHeader.Write(Between("192.0.2.7:1", "[2001:db8::1]:2"));

        AssertReads(header, Between("[::ffff:192.0.2.7]:1", "[2001:db8::1]:2"));
    }

    [Fact]
    public void An_address_of_version_4_inside_one_of_version_6_is_written_as_itself() =>
        AssertReads(ProxyHeader.Write(Between("[::ffff:192.0.2.7]:1", "[::ffff:192.0.2.8]:2")), Between("192.0.2.7:1", "192.0.2.8:2"));

    [Fact]
    public void A_health_check_s_local_header_leaves_the_connection_s_own_addresses()
    {
        var header = ProxyHeader.Write(Between("192.0.2.7:1", "192.0.2.8:2"));
        header[12] = 0x20;

        AssertReads(header, Direct);
    }

    [Fact]
    public void Further_fields_of_version_2_are_stepped_over()
    {
        byte[] header = [.. ProxyHeader.Write(Between("192.0.2.7:1", "192.0.2.8:2")), 0x04, 0, 3, 1, 2, 3];
        header[15] += 6;

        AssertReads(header, Between("192.0.2.7:1", "192.0.2.8:2"));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7\r\n")]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 70000 443\r\n")]
    [InlineData("PROXY TCP4 somebody 198.51.100.1 1 443\r\n")]
    [InlineData("PROXY SCTP 192.0.2.7 198.51.100.1 1 443\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0011\u0011\0\u000c")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u0003abc")]
    public void What_is_no_header_is_refused(string words) =>
        Assert.Equal(ProxyHeaderState.Broken, Read(Encoding.Latin1.GetBytes(words)).State);

    [Fact]
    public void A_line_without_an_end_is_refused_once_it_is_too_long()
    {
        var line = Encoding.ASCII.GetBytes("PROXY UNKNOWN " + new string('x', 200));

        Assert.Equal(ProxyHeaderState.Partial, Read(line[..106]).State);
        Assert.Equal(ProxyHeaderState.Broken, Read(line[..107]).State);
    }

    [Fact]
    public void What_is_written_is_read_again() =>
        Gen.Select(Address, Gen.UShort, Address, Gen.UShort).Sample((from, fromPort, to, toPort) =>
        {
            var connection = new ConnectionSource(new(from, fromPort), new(to, toPort));
            var read = Read(ProxyHeader.Write(connection));
            return read.State == ProxyHeaderState.Whole && Same(read.Source.Source, connection.Source) && Same(read.Source.Destination, connection.Destination);
        });

    [Fact]
    public void Any_bytes_at_all_are_read_or_refused() =>
        Gen.Select(Pieces.AnyOf("", "PROXY ", "PROXY TCP4 1.2.3.4 ", "\r\n\r\n\0\r\nQUIT\n", "\r\n\r\n\0\r\nQUIT\n\u0021\u0021\0\u0024"), Gen.Byte.Array[0, 120])
            .Sample((begin, bytes) => Enum.IsDefined(Read([.. Encoding.Latin1.GetBytes(begin), .. bytes]).State));

    private static Gen<IPAddress> Address { get; } = Gen.OneOf(
        Gen.Byte.Array[4].Select(bytes => new IPAddress(bytes)),
        Gen.Byte.Array[16].Select(bytes => new IPAddress(bytes)));

    private static void AssertReads(byte[] header, ConnectionSource expected)
    {
        for (var length = 0; length < header.Length; length++)
        {
            Assert.Equal(ProxyHeaderState.Partial, Read(header[..length]).State);
        }

        Assert.Equal((ProxyHeaderState.Whole, expected, header.Length), Read(header));
        Assert.Equal((ProxyHeaderState.Whole, expected, header.Length), Read([.. header, .. "select"u8]));
    }

    private static (ProxyHeaderState State, ConnectionSource Source, int Length) Read(byte[] bytes)
    {
        var state = ProxyHeader.Read(bytes, Direct, out var source, out var length);
        return (state, source, length);
    }

    private static bool Same(IPEndPoint one, IPEndPoint other) =>
        one.Port == other.Port && one.Address.MapToIPv6().Equals(other.Address.MapToIPv6());

    private static ConnectionSource Between(string from, string to) => new(IPEndPoint.Parse(from), IPEndPoint.Parse(to));
}
