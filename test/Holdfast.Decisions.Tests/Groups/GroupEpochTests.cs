using Holdfast.Model.Groups;
using Xunit;

namespace Holdfast.Decisions.Tests.Groups;

public class GroupEpochTests
{
    [Fact]
    public void An_epoch_is_read_as_MySQL_prints_it_and_written_so_again()
    {
        Assert.Equal(new GroupEpoch("17000000000000000", 12), GroupEpoch.Parse("17000000000000000:12"));
        Assert.Equal("17000000000000000:12", GroupEpoch.Parse("17000000000000000:12")?.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("UNKNOWN")]
    [InlineData("17000000000000000")]
    [InlineData("17000000000000000:")]
    [InlineData(":12")]
    [InlineData("a:b")]
    [InlineData("a:1:2")]
    [InlineData("a:99999999999999999999")]
    public void What_is_no_epoch_is_none(string text) => Assert.Null(GroupEpoch.Parse(text));

    [Fact]
    public void Epochs_of_two_lives_of_a_group_cannot_be_compared()
    {
        Assert.True(new GroupEpoch("a", 3).IsAfter(new GroupEpoch("a", 2)));
        Assert.False(new GroupEpoch("a", 2).IsAfter(new GroupEpoch("a", 2)));
        Assert.False(new GroupEpoch("b", 3).IsAfter(new GroupEpoch("a", 2)));
    }
}
