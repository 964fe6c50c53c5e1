using System.Text;
using Holdfast.Router.Sessions.Moving;
using Xunit;

namespace Holdfast.Router.Tests.Moving;

public class CustomSettingsTests
{
    [Theory]
    [InlineData("set app.user_id = 7", "app.user_id")]
    [InlineData("SET app.user_id TO 'x'", "app.user_id")]
    [InlineData("set session app.user_id to default", "app.user_id")]
    [InlineData("Set Session app.user_id TO default", "app.user_id")]
    [InlineData("select set_config('app.user_id', '7', false)", "app.user_id")]
    [InlineData("select pg_catalog.set_config( 'app.a', '7', false), set_config('app.b', '', true)", "app.a,app.b")]
    [InlineData("select SET_CONFIG('app.user_id', '7', false)", "app.user_id")]
    [InlineData("set work_mem = '1MB'", "")]
    [InlineData("select 'set app.user_id'", "")]
    [InlineData("", "")]
    [InlineData("set ", "")]
    [InlineData("select set_config(", "")]
    public void Names_are_picked_up_from_the_statements_that_set_them(string sql, string names)
    {
        var settings = new CustomSettings([]);

        settings.Note((byte)'Q', Encoding.UTF8.GetBytes(sql + "\0"));

        Assert.Equal(names, string.Join(',', settings.Names));
    }

    [Fact]
    public void A_statement_that_is_prepared_comes_after_its_name()
    {
        var settings = new CustomSettings([]);

        settings.Note((byte)'P', "S_1\0set app.user_id = 7\0\0\0"u8);

        Assert.Equal(["app.user_id"], settings.Names);
    }

    [Fact]
    public void Known_names_are_there_from_the_beginning_and_once() =>
        Assert.Equal(["app.user_id"], Noted(new CustomSettings(["app.user_id"]), "set App.User_Id = 1").Names);

    [Fact]
    public void A_client_that_sets_thousands_is_not_followed_without_end() =>
        Assert.Equal(100, Enumerable.Range(0, 5000).Aggregate(new CustomSettings([]), (settings, number) => Noted(settings, $"set app.x{number} = 1")).Names.Count);

    private static CustomSettings Noted(CustomSettings settings, string sql)
    {
        settings.Note((byte)'Q', Encoding.UTF8.GetBytes(sql + "\0"));
        return settings;
    }
}
