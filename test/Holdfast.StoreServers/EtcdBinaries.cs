namespace Holdfast.StoreServers;

/// <summary>Which etcd is run: a directory with its programs.</summary>
public sealed record EtcdBinaries(string Directory)
{
    /// <summary>The directory that HOLDFAST_ETCD names, else the first on the PATH that has an etcd.</summary>
    public static EtcdBinaries Default { get; } = new(
        Environment.GetEnvironmentVariable("HOLDFAST_ETCD") is { Length: > 0 } named
            ? named
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').FirstOrDefault(directory => File.Exists(Path.Combine(directory, "etcd"))) ?? "/usr/bin");

    public bool AreThere => File.Exists(Server);

    public string Server => Path.Combine(Directory, "etcd");

    /// <summary>Speaks to a server.</summary>
    public string Client => Path.Combine(Directory, "etcdctl");

    /// <summary>Works on files: 3.4 has no program of its own for that, and etcdctl 3.6 no longer does it.</summary>
    public string FileTool => Path.Combine(Directory, "etcdutl") is var tool && File.Exists(tool) ? tool : Client;

    /// <summary>Unpacked beside the built projects by tools/get-etcd, from that release of Debian.</summary>
    public static EtcdBinaries Of(string suite) => new(Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, $"../../../etcd-{suite}/bin")));
}
