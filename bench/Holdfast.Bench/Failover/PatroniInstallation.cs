namespace Holdfast.Bench.Failover;

/// <summary>Whether Patroni and its store are on this machine.</summary>
internal static class PatroniInstallation
{
    public const string Patroni = "/usr/bin/patroni";
    public const string Etcd = "/usr/bin/etcd";

    public static bool IsComplete => File.Exists(Patroni) && File.Exists(Etcd);
}
