using Holdfast.StoreServers;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>The etcds that the tests are run on: the machine's own, Debian 13's and Debian's newest.</summary>
internal static class Versions
{
    public static EtcdBinaries Own { get; } = EtcdBinaries.Default;

    public static EtcdBinaries Trixie { get; } = EtcdBinaries.Of("trixie");

    public static EtcdBinaries Sid { get; } = EtcdBinaries.Of("sid");
}

public sealed class ConformanceOnTheInstalledEtcd() : EtcdStoreConformance(Versions.Own);

public sealed class ConformanceOnTheNewestEtcd() : EtcdStoreConformance(Versions.Sid);

public sealed class ServerTroubleOnTheInstalledEtcd() : ServerTroubleTests(Versions.Own);

public sealed class ServerTroubleOnTrixiesEtcd() : ServerTroubleTests(Versions.Trixie);

public sealed class ServerTroubleOnTheNewestEtcd() : ServerTroubleTests(Versions.Sid);

public sealed class FrozenLeaderOnTheInstalledEtcd() : FrozenLeaderTests(Versions.Own);

public sealed class FrozenLeaderOnTrixiesEtcd() : FrozenLeaderTests(Versions.Trixie);

public sealed class FrozenLeaderOnTheNewestEtcd() : FrozenLeaderTests(Versions.Sid);
