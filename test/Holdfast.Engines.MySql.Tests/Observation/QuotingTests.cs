using Holdfast.Engines.MySql.Observation;
using Xunit;

namespace Holdfast.Engines.MySql.Tests.Observation;

public class QuotingTests
{
    [Theory]
    [InlineData("", "''")]
    [InlineData("plain", "'plain'")]
    [InlineData("it's", "'it''s'")]
    [InlineData(@"back\slash", @"'back\\slash'")]
    [InlineData(@"\' OR 1=1 -- ", @"'\\'' OR 1=1 -- '")]
    [InlineData(@"ends with \", @"'ends with \\'")]
    [InlineData("\"double\"", "'\"double\"'")]
    [InlineData("two\nlines", "'two\nlines'")]
    public void A_text_stays_one_text(string text, string quoted) => Assert.Equal(quoted, Sql.Quoted(text));
}
