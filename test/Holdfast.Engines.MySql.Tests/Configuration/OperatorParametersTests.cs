using System.Collections.Immutable;
using Holdfast.Engines.MySql.Configuration;
using Xunit;

namespace Holdfast.Engines.MySql.Tests.Configuration;

public class OperatorParametersTests
{
    [Theory]
    [InlineData("""{"mysql":{"parameters":{"max_connections":200,"sql_mode":"ANSI","skip_name_resolve":true,"local_infile":false,"none":null,"list":[1]}}}""", "local_infile=OFF max_connections=200 skip_name_resolve=ON sql_mode=ANSI")]
    [InlineData("""{"mysql":{"parameters":7}}""", "")]
    [InlineData("""{"mysql":[]}""", "")]
    [InlineData("""{"postgresql":{"parameters":{"max_connections":200}}}""", "")]
    [InlineData("[]", "")]
    public void The_cluster_says_its_variables_under_mysql(string json, string expected) =>
        Assert.Equal(expected, string.Join(' ', OperatorParameters.OfCluster(json).Select(parameter => $"{parameter.Key}={parameter.Value}")));

    [Fact]
    public void The_member_s_own_word_counts_for_more_however_the_name_is_written()
    {
        var cluster = ImmutableSortedDictionary<string, string>.Empty.Add("max-connections", "100").Add("sort_buffer_size", "1M");
        var own = ImmutableSortedDictionary<string, string>.Empty.Add(" max_connections", "50");

        Assert.Equal([new("max_connections", "50"), new("sort_buffer_size", "1M")], OperatorParameters.Merge(cluster, own));
    }

    [Theory]
    [InlineData("200", "200")]
    [InlineData("-1", "-1")]
    [InlineData("0.75", "0.75")]
    [InlineData("64M", "67108864")]
    [InlineData("1g", "1073741824")]
    [InlineData("16E", "'16E'")]
    [InlineData("K", "'K'")]
    [InlineData("ON", "'ON'")]
    [InlineData("\"STRICT_ALL_TABLES,ANSI\"", "'STRICT_ALL_TABLES,ANSI'")]
    [InlineData("it's; DROP DATABASE shop", "'it''s; DROP DATABASE shop'")]
    [InlineData("\\'", "'\\\\'''")]
    [InlineData("", "''")]
    public void A_value_of_the_file_is_one_of_sql(string value, string literal) => Assert.Equal(literal, OperatorParameters.Literal(value));

    [Theory]
    [InlineData("max_conections", "[ERROR] unknown variable 'max_conections=7'.", true)]
    [InlineData("innodb_buffer_pool_size", "Error while setting value '12X' to 'innodb-buffer-pool-size'.", true)]
    [InlineData("loose_binlog_format", "Error while setting value 'WORD' to 'binlog_format'.", true)]
    [InlineData("max_connect", "unknown variable 'max_connect_errors=7'", false)]
    public void MySQL_names_what_it_refuses(string name, string words, bool isNamed) => Assert.Equal(isNamed, ServerVariables.IsNamed(name, words));

    [Fact]
    public void What_was_written_is_read_again_and_nothing_of_the_agent_s_own()
    {
        var parameters = ImmutableSortedDictionary<string, string>.Empty.Add("empty", "").Add("init_connect", "SET a = 1").Add("max_connections", "5");

        var text = ServerVariables.Text(ServerVariablesTests.Options with { Parameters = parameters }, ServerVariablesTests.Files(ServerVariablesTests.Options), "of-the-group");

        Assert.Equal(parameters, ServerVariables.ReadParameters(text.Split('\n')));
    }

    [Fact]
    public void A_file_that_somebody_has_edited_is_read_as_MySQL_reads_it_and_what_is_the_agent_s_stays_the_agent_s()
    {
        var read = ServerVariables.ReadParameters(["[mysqld]", "gtid_mode = ON", "# mysql.parameters", "max_connections = 5", "no value", "max_connections = 6", "gtid_mode = OFF"]);

        Assert.Equal([new("max_connections", "6")], ServerVariables.Allowed(read));
    }

    [Theory]
    [InlineData("group_replication_consistency", "BEFORE_ON_PRIMARY_FAILOVER")]
    [InlineData("loose_group_replication_consistency", "BEFORE_ON_PRIMARY_FAILOVER")]
    [InlineData("max_connections", null)]
    public void A_variable_that_the_operator_no_longer_sets_goes_back_to_what_it_was(string name, string? expected) =>
        Assert.Equal(expected, ServerVariables.Usual(name, ServerVariablesTests.Options, ServerVariablesTests.Files(ServerVariablesTests.Options)));
}
