namespace Holdfast.Stores.Etcd;

/// <summary>The servers are the ones that DNS has SRV records of, as etcd's own clients and Patroni look for them.</summary>
/// <param name="Domain">Below which domain, such as <c>example.org</c>.</param>
/// <param name="Suffix">Tells several etcds of one domain apart; null: there is one.</param>
public sealed record EtcdDiscovery(string Domain, string? Suffix);
