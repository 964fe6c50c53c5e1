using System.Security.Cryptography;
using Holdfast.Router.Sessions.Login;
using Holdfast.Router.Sessions.Protocol;
using Xunit;

namespace Holdfast.Router.Tests.Login;

public class ScramTests
{
    /// <summary>As pg_authid holds the password "pencil" with the salt of RFC 7677's example.</summary>
    private const string Pencil = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
    private static readonly byte[] Salt = Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==");

    [Fact]
    public void A_secret_of_PostgreSQL_s_is_what_its_password_makes()
    {
        var read = Assert.IsType<ScramSecret>(ScramSecret.Parse(Pencil));
        var made = ScramSecret.Of("pencil", Salt);

        Assert.Equal(4096, read.Iterations);
        Assert.Equal(made.Salt, read.Salt);
        Assert.Equal(made.StoredKey, read.StoredKey);
        Assert.Equal(made.ServerKey, read.ServerKey);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pencil")]
    [InlineData("md5c3ab8ff13720e8ad9047dd39466b3c89")]
    [InlineData("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=")]
    [InlineData("SCRAM-SHA-256$0:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d:wfPL")]
    [InlineData("SCRAM-SHA-256$4096:?$WG5d:wfPL")]
    public void What_is_no_secret_is_not_taken_for_one(string text) => Assert.Null(ScramSecret.Parse(text));

    [Fact]
    public void A_client_with_the_password_is_proven_and_proves_the_server()
    {
        var server = ServerFor(out var client);

        var proven = server.Check(client.Final(server.ServerFirst, (salt, iterations) => ScramKeys.Of("pencil", salt, iterations)));

        Assert.NotNull(proven);
        Assert.True(client.IsRight(proven.Value.Final));
    }

    [Fact]
    public void The_keys_that_a_proof_gives_away_log_in_again_wherever_the_same_secret_is_kept()
    {
        var server = ServerFor(out var client);
        var keys = server.Check(client.Final(server.ServerFirst, (salt, iterations) => ScramKeys.Of("pencil", salt, iterations)))!.Value.Keys;

        var another = ServerFor(out var router);
        var proven = another.Check(router.Final(another.ServerFirst, (_, _) => keys));

        Assert.NotNull(proven);
        Assert.True(router.IsRight(proven.Value.Final));
    }

    [Fact]
    public void A_client_with_another_password_proves_nothing()
    {
        var server = ServerFor(out var client);

        Assert.Null(server.Check(client.Final(server.ServerFirst, (salt, iterations) => ScramKeys.Of("Pencil", salt, iterations))));
    }

    [Fact]
    public void A_proof_from_an_earlier_exchange_is_refused()
    {
        var earlier = ServerFor(out var client);
        var proof = client.Final(earlier.ServerFirst, (salt, iterations) => ScramKeys.Of("pencil", salt, iterations));
        var later = new ScramExchange.Server(ScramSecret.Parse(Pencil)!, client.First);

        Assert.Throws<ProtocolException>(() => later.Check(proof));
    }

    [Fact]
    public void A_server_that_does_not_know_the_secret_is_found_out()
    {
        var server = new ScramExchange.Server(ScramSecret.Of("pencil", Salt) with { ServerKey = RandomNumberGenerator.GetBytes(32) }, First(out var client));

        var proven = server.Check(client.Final(server.ServerFirst, (salt, iterations) => ScramKeys.Of("pencil", salt, iterations)));

        Assert.False(client.IsRight(proven!.Value.Final));
    }

    [Theory]
    [InlineData("")]
    [InlineData("p=tls-server-end-point,,n=,r=abc")]
    [InlineData("n,,r=abc")]
    [InlineData("n,,n=anna")]
    public void A_first_message_that_is_none_is_refused(string first) =>
        Assert.Throws<ProtocolException>(() => new ScramExchange.Server(ScramSecret.Parse(Pencil)!, first));

    [Theory]
    [InlineData("")]
    [InlineData("c=biws,r=another,p=AAAA")]
    [InlineData("c=eSws,r={nonce},p=AAAA")]
    [InlineData("c=biws,r={nonce},p=?")]
    [InlineData("c=biws,r={nonce}")]
    public void A_final_message_that_does_not_belong_to_the_exchange_is_refused(string final)
    {
        var server = ServerFor(out _);
        var nonce = server.ServerFirst.Split(',')[0][2..];

        Assert.Throws<ProtocolException>(() => server.Check(final.Replace("{nonce}", nonce, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("c=biws,r={nonce},p=")]
    [InlineData("c=biws,r={nonce},p=AAAA")]
    public void A_proof_that_is_too_short_proves_nothing(string final)
    {
        var server = ServerFor(out _);
        var nonce = server.ServerFirst.Split(',')[0][2..];

        Assert.Null(server.Check(final.Replace("{nonce}", nonce, StringComparison.Ordinal)));
    }

    [Fact]
    public void No_secret_shows_itself_in_words()
    {
        Assert.DoesNotContain("wfPL", ScramSecret.Parse(Pencil)!.ToString(), StringComparison.Ordinal);
        Assert.Equal("a password, not shown", new Credential.Password("pencil").ToString());
        Assert.Equal("an md5 secret, not shown", new Credential.Md5("md5").ToString());
        Assert.Equal("SCRAM keys, not shown", ScramKeys.Of("pencil", Salt, 1).ToString());
    }

    [Fact]
    public void An_md5_answer_is_what_PostgreSQL_computes()
    {
        var secret = MemberLogin.Md5Secret("pencil", "anna");

        Assert.Equal("md5" + Md5("pencilanna"u8.ToArray()), secret);
        Assert.Equal("md5" + Md5([.. System.Text.Encoding.ASCII.GetBytes(secret[3..]), 1, 2, 3, 4]), MemberLogin.Md5Answer(secret, [1, 2, 3, 4]));
    }

    private static string Md5(byte[] bytes)
    {
#pragma warning disable CA5351 // PostgreSQL's older log-in.
        return Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351
    }

    private static ScramExchange.Server ServerFor(out ScramExchange.Client client) => new(ScramSecret.Parse(Pencil)!, First(out client));

    private static string First(out ScramExchange.Client client)
    {
        client = new();
        return client.First;
    }
}
