using Holdfast.Demo.Cluster;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Demo.Tests;

public sealed class ClusterFilesTests
{
    [Fact]
    public void Ports_are_different_and_nobody_listens_on_them()
    {
        var ports = FreePorts.Take(30);

        Assert.Equal(30, ports.Distinct().Count());
        foreach (var port in ports)
        {
            using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
            listener.Start();
        }
    }

    [Fact]
    public async Task Every_member_gets_a_configuration_that_parses_and_names_its_partners()
    {
        await using var cluster = LoopbackCluster.Create("files", null, 3, new HoldfastSoftware(["/bin/false"], null), TimeProvider.System);
        foreach (var member in cluster.Members)
        {
            var root = Parse(await File.ReadAllTextAsync(member.Plan.ConfigurationFile, TestContext.Current.CancellationToken));

            Assert.Equal(member.Name, Text(root, "name"));
            Assert.Equal($"127.0.0.1:{member.Plan.RestPort}", Text(root, "restapi", "listen"));
            Assert.Equal(member.Plan.DataDirectory, Text(root, "postgresql", "data_dir"));
            Assert.Equal("true", Text(root, "bootstrap", "dcs", "synchronous_mode"));
            Assert.Equal(cluster.Plan.SuperuserPassword, Text(root, "postgresql", "authentication", "superuser", "password"));
            Assert.Equal(cluster.Plan.Account?.Name, Find(root, "postgresql", "os_user")?.ToString());
            Assert.Equal(
                cluster.Plan.Members.Where(other => other != member.Plan).Select(other => $"127.0.0.1:{other.StorePort}"),
                ((YamlSequenceNode?)Find(root, "raft", "partner_addrs"))?.Select(node => node.ToString()));
        }
    }

    [Fact]
    public void Text_is_quoted_so_that_it_stays_the_same_text() =>
        Assert.Equal("it's: #a", Text(Parse($"key: {YamlText.Quote("it's: #a")}"), "key"));

    [Fact]
    public async Task Nothing_stays_behind_of_a_cluster_that_never_started()
    {
        string directory;
        await using (var cluster = LoopbackCluster.Create("gone", null, 3, new HoldfastSoftware(["/bin/false"], null), TimeProvider.System))
        {
            directory = cluster.Plan.Directory;
            Assert.True(Directory.Exists(directory));
        }

        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public void A_directory_with_something_in_it_is_refused()
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-test-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "precious"), "");

            Assert.Throws<DemoException>(() => LoopbackCluster.Create("no", directory, 3, new HoldfastSoftware(["/bin/false"], null), TimeProvider.System));
            Assert.True(File.Exists(Path.Combine(directory, "precious")));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static YamlNode Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents[0].RootNode;
    }

    private static string? Text(YamlNode node, params string[] path) => Find(node, path)?.ToString();

    private static YamlNode? Find(YamlNode node, params string[] path)
    {
        YamlNode? found = node;
        foreach (var key in path)
        {
            found = found is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;
        }

        return found;
    }
}
