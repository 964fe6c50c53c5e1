using System.Buffers.Binary;
using Holdfast.Engines.MySql.Xcom;
using Xunit;

namespace Holdfast.Engines.MySql.Tests.Xcom;

public class XcomMessageTests
{
    /// <summary>Of "ab": 0x811c9dc5 * (0x61 + 0x62), modulo 2 to the 32nd.</summary>
    private const string IdOfAb = "58CC2D0F";

    /// <summary>Where the operation stands in a message.</summary>
    private const int OperationAt = 48;
    private const int VerdictAt = 88;

    [Fact]
    public void A_header_says_the_protocol_the_length_and_the_type()
    {
        Assert.Equal("000000020000000001000000", Convert.ToHexString(XcomMessage.Header(XcomMessage.VersionRequest, 0)));
        Assert.Equal("000000020000010400000000", Convert.ToHexString(XcomMessage.Header(XcomMessage.Normal, 260)));
    }

    [Fact]
    public void A_request_to_put_a_node_out_is_as_XCom_reads_it()
    {
        const string Zero = "00000000";
        var nothing = string.Concat(Enumerable.Repeat(Zero, 4));
        var body = string.Concat(
            "FFFFFFFF", "FFFFFFFF", IdOfAb, nothing, // to, from, group, max_synode
            Zero, Zero, Zero, Zero, Zero, // start_type, reply_to, proposal
            Zero, nothing, Zero, Zero, // op, synode, msg_type, receivers
            "00000001", nothing, // a payload, its unique_id
            IdOfAb, Zero, Zero, // group, lsn
            IdOfAb, Zero, Zero, Zero, // app_key
            Zero, Zero, Zero, Zero, Zero, Zero, Zero, // consensus, expiry_time, notused, log_it, chosen, recover
            "0000000F", "00000001", // remove_node_type, one node
            "00000007", "683A333330363100", // h:33061, padded
            Zero, "00000001", "00000002", Zero, // uuid, protocols, services
            Zero, Zero, Zero, Zero, Zero); // snapshots, cli_err, force_delivery, refcnt

        Assert.Equal($"00000002{body.Length / 2:X8}00000000{body}", Convert.ToHexString(XcomMessage.RemoveNode("ab", "h:33061")));
    }

    [Theory]
    [InlineData("a:1")]
    [InlineData("ab:1")]
    [InlineData("abc:1")]
    [InlineData("abcd:1")]
    [InlineData("mäx:1")]
    public void A_message_is_whole_words_and_as_long_as_its_header_says(string address)
    {
        var message = XcomMessage.RemoveNode("ab", address);

        Assert.Equal(0, message.Length % 4);
        Assert.Equal(message.Length - 12, BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(4)));
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("a", 0xEBD7C7A5u)]
    [InlineData("ab", 0x58CC2D0Fu)]
    [InlineData("ba", 0x58CC2D0Fu)]
    public void A_group_is_the_sum_of_its_letters_times_a_prime(string name, uint id) => Assert.Equal(id, XcomMessage.GroupId(name));

    [Theory]
    [InlineData(0u, null)]
    [InlineData(1u, "the group's member refused the request")]
    [InlineData(2u, "the group's member cannot take the request now")]
    [InlineData(77u, "the group's member refused the request")]
    public void A_reply_says_whether_the_request_was_taken(uint verdict, string? refusal) =>
        Assert.Equal(refusal, XcomMessage.ReadVerdict(Reply(verdict)));

    [Fact]
    public void A_reply_that_ends_early_is_no_consent()
    {
        var reply = Reply(0);

        Assert.All(Enumerable.Range(0, VerdictAt + 4), length => Assert.NotNull(XcomMessage.ReadVerdict(reply.AsSpan(0, length))));
    }

    [Theory]
    [InlineData(OperationAt)]
    [InlineData(VerdictAt - 16)]
    [InlineData(VerdictAt - 4)]
    public void Something_else_than_a_reply_is_no_consent(int at)
    {
        var body = Reply(0);
        body[at + 3] ^= 1;

        Assert.NotNull(XcomMessage.ReadVerdict(body));
    }

    [Fact]
    public void Whatever_comes_is_read_without_an_exception()
    {
        var random = new Random(20260501);
        for (var round = 0; round < 100_000; round++)
        {
            var body = new byte[random.Next(0, 160)];
            random.NextBytes(body);
            if (round % 2 == 0 && body.Length >= OperationAt + 4)
            {
                BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(OperationAt), 22);
            }

            Assert.NotEqual("", XcomMessage.ReadVerdict(body));
        }
    }

    private static byte[] Reply(uint verdict)
    {
        var body = new byte[VerdictAt + 12];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(OperationAt), 22);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(VerdictAt), verdict);
        return body;
    }
}
