using Holdfast.Model.Groups;
using Xunit;

namespace Holdfast.Decisions.Tests.Groups;

public class TransactionSetTests
{
    private const string One = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private const string Two = "4f22fb58-82db-22f2-af44-d91bb053a673";
    private const int Rounds = 20_000;

    [Theory]
    [InlineData("", "", 0)]
    [InlineData($"{One}:1", $"{One}:1", 1)]
    [InlineData($"{One}:1-100", $"{One}:1-100", 100)]
    [InlineData($"{One}:1-3:11:47-49", $"{One}:1-3:11:47-49", 7)]
    [InlineData($"{One}:47-49:11:1-3", $"{One}:1-3:11:47-49", 7)]
    [InlineData($"{One}:1-5:4-9:10", $"{One}:1-10", 10)]
    [InlineData($"{Two}:1-3,\n{One}:1-2", $"{One}:1-2,{Two}:1-3", 5)]
    [InlineData($" {One} : 1-2 , ", $"{One}:1-2", 2)]
    [InlineData($"{One}:1-2,{One}:3-4", $"{One}:1-4", 4)]
    [InlineData($"{One}:deploy:1-3", $"{One}:deploy:1-3", 3)]
    [InlineData($"{One}:1-9:deploy:1-3:7:other:2", $"{One}:1-9,{One}:deploy:1-3:7,{One}:other:2", 14)]
    [InlineData("3E11FA47-71CA-11E1-9E33-C80AA9429562:DEPLOY:1", $"{One}:deploy:1", 1)]
    public void Sets_are_read_as_MySQL_prints_them(string text, string written, long count)
    {
        var set = Read(text);

        Assert.Equal((written, count), (set.ToString(), set.Count));
        Assert.Equal(set, Read(written));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("garbage:more")]
    [InlineData(One)]
    [InlineData($"{One}:")]
    [InlineData($"{One}:deploy")]
    [InlineData($"{One}:1:deploy")]
    [InlineData($"{One}:deploy:other:1")]
    [InlineData($"{One}:0")]
    [InlineData($"{One}:0-3")]
    [InlineData($"{One}:3-1")]
    [InlineData($"{One}:1-2-3")]
    [InlineData($"{One}:-3")]
    [InlineData($"{One}:1-")]
    [InlineData($"{One}:1x")]
    [InlineData($"{One}:1 - 2")]
    [InlineData($"{One}:1,oops")]
    [InlineData($"{One}:99999999999999999999")]
    [InlineData($"{One}:1-9223372036854775807")]
    [InlineData(":1-3")]
    public void What_is_no_such_set_is_not_taken_for_an_empty_one(string text) => Assert.Null(TransactionSet.Parse(text));

    [Fact]
    public void The_greatest_number_that_MySQL_gives_is_understood()
    {
        var all = Read($"{One}:1-9223372036854775806");

        Assert.Equal(long.MaxValue - 1, all.Count);
        Assert.Equal(TransactionSet.Empty, all.Except(all));
        Assert.Equal(all, all.Union(Read($"{One}:9223372036854775806")));
    }

    [Fact]
    public void Each_of_two_sets_may_lack_what_the_other_has()
    {
        var left = Read($"{One}:1-10,{Two}:5");
        var right = Read($"{One}:1-9");

        Assert.True(left.Contains(right));
        Assert.False(right.Contains(left));
        Assert.False(left.Contains(Read($"{One}:11")) || Read($"{One}:11").Contains(left));
        Assert.Equal(Read($"{One}:10,{Two}:5"), left.Except(right));
        Assert.Equal(left, right.Union(left));
    }

    [Fact]
    public void A_tag_makes_another_origin()
    {
        Assert.False(Read($"{One}:1-10").Contains(Read($"{One}:deploy:1")));
        Assert.False(Read($"{One}:deploy:1-10").Contains(Read($"{One}:1")));
    }

    [Fact]
    public void Every_set_holds_nothing_and_itself() =>
        Assert.All([TransactionSet.Empty, Read($"{One}:3"), Read($"{One}:1-3,{Two}:5-6")], set =>
        {
            Assert.True(set.Contains(TransactionSet.Empty));
            Assert.True(set.Contains(set));
            Assert.Equal(set.GetHashCode(), Read(set.ToString()).GetHashCode());
        });

    [Fact]
    public void Sets_do_what_sets_of_numbers_do()
    {
        var random = new Random(20260501);
        for (var round = 0; round < Rounds; round++)
        {
            var (left, leftNumbers) = Any(random);
            var (right, rightNumbers) = Any(random);

            Assert.Equal(leftNumbers.Count, left.Count);
            Assert.Equal(Of(leftNumbers.Union(rightNumbers)), left.Union(right));
            Assert.Equal(Of(leftNumbers.Except(rightNumbers)), left.Except(right));
            Assert.Equal(leftNumbers.IsSupersetOf(rightNumbers), left.Contains(right));
            Assert.Equal(leftNumbers.SetEquals(rightNumbers), left.Equals(right));
            Assert.Equal(left, Read(left.ToString()));
        }
    }

    /// <summary>A few ranges that overlap and touch, in any order, and the numbers in them.</summary>
    private static (TransactionSet Set, HashSet<long> Numbers) Any(Random random)
    {
        var ranges = Enumerable.Range(0, random.Next(1, 6)).Select(_ => (First: random.Next(1, 30), Length: random.Next(0, 6))).ToArray();
        return (
            Read($"{One}:{string.Join(':', ranges.Select(range => $"{range.First}-{range.First + range.Length}"))}"),
            [.. ranges.SelectMany(range => Enumerable.Range(range.First, range.Length + 1)).Select(number => (long)number)]);
    }

    private static TransactionSet Of(IEnumerable<long> numbers)
    {
        var text = string.Join(':', numbers);
        return text.Length == 0 ? TransactionSet.Empty : Read($"{One}:{text}");
    }

    private static TransactionSet Read(string text) => TransactionSet.Parse(text)!;
}
