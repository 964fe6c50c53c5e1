using Holdfast.Router.Sessions.Login;
using Xunit;

namespace Holdfast.Router.Tests.Login;

public class UserListTests
{
    [Fact]
    public void Users_and_their_secrets_are_read_line_by_line()
    {
        var users = UserList.Parse(""""
            ; PgBouncer's way
            "anna" "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy"

              "Bert ""the"" builder"   "pass;word \ ""quoted"""  ; ignored
            "nobody" ""
            """");

        Assert.Equal("SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy", users["anna"]);
        Assert.Equal("pass;word \\ \"quoted\"", users["Bert \"the\" builder"]);
        Assert.Equal("", users["nobody"]);
        Assert.Equal(3, users.Count);
    }

    [Theory]
    [InlineData("anna secret-word")]
    [InlineData("\"anna\"")]
    [InlineData("\"anna\" \"secret-word")]
    [InlineData("\"\" \"secret-word\"")]
    public void A_line_that_is_none_is_named_by_its_number_and_not_by_its_text(string line)
    {
        var fault = Assert.Throws<FormatException>(() => UserList.Parse("\n; a comment\n" + line));

        Assert.Contains("line 3", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", fault.Message, StringComparison.Ordinal);
    }
}
