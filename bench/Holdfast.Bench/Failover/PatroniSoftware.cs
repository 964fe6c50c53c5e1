using System.Globalization;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Databases;

namespace Holdfast.Bench.Failover;

/// <summary>How often Patroni looks and how long it waits.</summary>
/// <param name="Name">In the figures' names.</param>
/// <param name="TimeToLive">Seconds.</param>
/// <param name="LoopWait">Seconds between two looks.</param>
/// <param name="RetryTimeout">Seconds.</param>
internal sealed record PatroniTiming(string Name, int TimeToLive, int LoopWait, int RetryTimeout)
{
    /// <summary>Patroni 3 accepts nothing shorter.</summary>
    public static readonly PatroniTiming Fastest = new("patroni_fast", 20, 1, 3);

    public static readonly PatroniTiming Usual = new("patroni_default", 30, 10, 10);
}

/// <summary>Members run by Patroni with one etcd, which no fault touches.</summary>
internal sealed class PatroniSoftware(PatroniTiming timing, int etcdPort) : IMemberSoftware
{
    // Patroni refuses to run as root.
    public IReadOnlyList<string> Command(ClusterPlan plan, MemberPlan member) =>
        [.. plan.Account?.Prefix ?? [], PatroniInstallation.Patroni, member.ConfigurationFile];

    public string Configuration(ClusterPlan plan, MemberPlan member) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        scope: {plan.Scope}
        name: {member.Name}

        restapi:
          listen: 127.0.0.1:{member.RestPort}
          connect_address: 127.0.0.1:{member.RestPort}

        etcd3:
          host: 127.0.0.1:{etcdPort}

        bootstrap:
          dcs:
            ttl: {timing.TimeToLive}
            loop_wait: {timing.LoopWait}
            retry_timeout: {timing.RetryTimeout}
            synchronous_mode: true
            postgresql:
              use_pg_rewind: true
              use_slots: true
          initdb:
            - encoding: UTF8
            - locale: C
            - data-checksums

        {PostgreSqlSection.Write(plan, member)}
        """);
}
