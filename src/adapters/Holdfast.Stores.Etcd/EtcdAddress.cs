using System.Net;

namespace Holdfast.Stores.Etcd;

/// <summary>Where a server is: as it is called, and at which of the addresses of that name; null: whichever the system finds.</summary>
internal sealed record EtcdAddress(Uri Endpoint, IPAddress? Address)
{
    public override string ToString() => Address is null || Endpoint.HostNameType != UriHostNameType.Dns ? Endpoint.Authority : $"{Endpoint.Authority} ({Address})";
}
