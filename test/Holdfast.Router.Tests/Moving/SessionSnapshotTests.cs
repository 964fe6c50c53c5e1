using System.Text;
using CsCheck;
using Holdfast.Router.Sessions.Moving;
using Holdfast.Router.Sessions.Protocol;
using Xunit;

namespace Holdfast.Router.Tests.Moving;

public class SessionSnapshotTests
{
    private static readonly SessionSnapshot Nothing = new([], null, [], []);

    [Fact]
    public void A_session_that_is_as_it_began_needs_nothing() => Assert.Empty(Nothing.Restoration());

    [Theory]
    [InlineData("plain", "E'plain'")]
    [InlineData("it's", "E'it''s'")]
    [InlineData("back\\slash", "E'back\\\\slash'")]
    [InlineData("'; drop table t; --", "E'''; drop table t; --'")]
    [InlineData("\\'; drop table t; --", "E'\\\\''; drop table t; --'")]
    public void A_setting_s_value_cannot_end_its_literal(string value, string literal) =>
        Assert.Equal(
            $"select pg_catalog.set_config( E'app.x',  {literal}, false)\0",
            BodyOf(Assert.Single((Nothing with { Settings = [new("app.x", value)] }).Restoration())));

    [Fact]
    public void A_role_s_quotes_are_doubled() =>
        Assert.Equal("set role \"the \"\"boss\"\"\"\0", BodyOf(Assert.Single((Nothing with { Role = "the \"boss\"" }).Restoration())));

    [Fact]
    public void Settings_come_before_the_role_and_the_role_before_statements()
    {
        var messages = new SessionSnapshot([new("work_mem", "64kB")], "anna", [new("S_1", "select $1", [23], false), new("q", "prepare q as select 1", [], true)], []).Restoration();

        Assert.Equal(["Q", "Q", "PS", "Q"], messages.Select(TypesOf));
    }

    [Fact]
    public void A_statement_that_the_protocol_prepared_is_prepared_by_the_protocol_with_its_types()
    {
        var message = new PreparedStatement("S_1", "select $1", [23, 4294967295], false).ToBytes();

        Assert.Equal("S_1\0select $1\0\0\u0002\0\0\0\u0017\u00ff\u00ff\u00ff\u00ff", Encoding.Latin1.GetString(message, 5, message.Length - 10));
    }

    [Fact]
    public void The_answer_is_gathered_however_it_is_cut() =>
        Gen.Select(Text, Text, Pieces.Cuts).Sample((name, value, cuts) =>
        {
            var reader = Read(Answer(["setting", name, value, ""], ["role", name, "", ""], ["prepared", name, value, "{23,25}"], ["statement", name, value, "{}"], ["obstacle", value, "", ""]), cuts);

            Assert.True(reader.IsComplete);
            Assert.Null(reader.Failure);
            Assert.Equal([new(name, value)], reader.Snapshot.Settings);
            Assert.Equal(name, reader.Snapshot.Role);
            Assert.Equal([(name, value, 2, false), (name, value, 0, true)], reader.Snapshot.Prepared.Select(one => (one.Name, one.Sql, one.Types.Length, one.IsStatement)));
            Assert.Equal([value], reader.Snapshot.Obstacles);
        });

    [Fact]
    public void An_error_is_an_obstacle() =>
        Assert.NotNull(Read(MessageWriter.Fatal("42501", "no"), [int.MaxValue]).Failure);

    [Fact]
    public void Text_that_cannot_be_carried_faithfully_is_an_obstacle()
    {
        var latin = new MessageWriter().Begin((byte)'D').ShortNumber(4);
        foreach (var field in new[] { "prepared", "S_1", "select 'é'", "{}" })
        {
            latin.Number(field.Length).Bytes(Encoding.Latin1.GetBytes(field));
        }

        Assert.NotNull(Read(latin.End().ToArray(), [int.MaxValue]).Failure);
    }

    [Fact]
    public void Any_bytes_at_all_for_an_answer_are_taken_or_refused() =>
        Gen.Select(Gen.Byte.Array[0, 80], Pieces.Cuts).Sample((row, cuts) =>
        {
            var reader = Read(new MessageWriter().Begin((byte)'D').Bytes(row).End().ToArray(), cuts);
            Assert.False(reader.IsComplete);
        });

    private static Gen<string> Text { get; } = Gen.String[Gen.Char['\u0001', '\u07ff'], 0, 20];

    private static SnapshotReader Read(byte[] stream, int[] cuts)
    {
        var reader = new SnapshotReader();
        foreach (var piece in Pieces.Of(stream, cuts))
        {
            reader.Take(piece);
        }

        return reader;
    }

    private static byte[] Answer(params string[][] rows)
    {
        var writer = new MessageWriter().Begin((byte)'T').Text("whatever").End();
        foreach (var row in rows)
        {
            writer.Begin((byte)'D').ShortNumber(row.Length);
            foreach (var field in row)
            {
                var bytes = Encoding.UTF8.GetBytes(field);
                writer.Number(bytes.Length).Bytes(bytes);
            }

            writer.End();
        }

        return writer.Begin((byte)'C').Text("SELECT 5").End().Begin((byte)'Z').Byte((byte)'I').End().ToArray();
    }

    private static string BodyOf(byte[] message) => Encoding.UTF8.GetString(message, 5, message.Length - 5);

    private static string TypesOf(byte[] messages)
    {
        var types = "";
        var walker = default(FrameWalker);
        var offset = 0;
        while (walker.Next(messages, ref offset, out var frame))
        {
            types += (char)frame.Type;
        }

        return types;
    }
}
