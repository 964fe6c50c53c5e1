using Holdfast.Demo;

namespace Holdfast.Bench.Router.Proxies;

/// <summary>Where the proxies are on this machine: unpacked beside the built projects, or installed.</summary>
internal static class ProxyPrograms
{
    private static readonly string[] Directories =
        [Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../proxies/bin")), "/usr/sbin", "/usr/bin"];

    public static string HaProxy => Find("haproxy");

    public static string PgBouncer => Find("pgbouncer");

    private static string Find(string name) =>
        Directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists)
        ?? throw new DemoException($"{name} was not found; tools/get-proxies unpacks it, and ./run bench router does so by itself");
}
