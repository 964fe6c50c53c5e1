using Xunit;

namespace Holdfast.Configuration.Tests;

/// <summary>Reads configurations for tests.</summary>
internal static class Configurations
{
    public const string File = "node.yml";

    public const string Smallest = """
        scope: demo
        name: a
        restapi: {listen: '127.0.0.1:8008', connect_address: '127.0.0.1:8008'}
        raft: {self_addr: '127.0.0.1:2380'}
        postgresql: {listen: '127.0.0.1:5432', connect_address: '127.0.0.1:5432', data_dir: data}

        """;

    public static ConfigurationResult Parse(string yaml, params (string Name, string Value)[] environment) =>
        Parse(yaml, ConfigurationPurpose.Agent, environment);

    public static ConfigurationResult Parse(string yaml, ConfigurationPurpose purpose, params (string Name, string Value)[] environment) =>
        ConfigurationLoader.Parse(yaml, File, environment.ToDictionary(pair => pair.Name, pair => pair.Value), purpose);

    public static HoldfastConfiguration Valid(string yaml, params (string Name, string Value)[] environment)
    {
        var result = Parse(yaml, environment);
        Assert.Empty(result.Problems.Where(problem => problem.Severity == ProblemSeverity.Error));
        return result.Configuration!;
    }
}
