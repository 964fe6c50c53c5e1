using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Etcd;

/// <summary>Finds the servers' addresses by DNS: the SRV records of a domain, and every address of a name.</summary>
internal sealed class EtcdNames(EtcdStoreOptions options, TimeProvider time)
{
    private const int ServersMax = 64;
    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The first that has records decides: Patroni's order, with the peers' records left out.</summary>
    private static readonly ImmutableArray<(string Service, bool IsTls)> Services =
        [("_etcd-client-ssl", true), ("_etcd-client", false), ("_etcd-ssl", true), ("_etcd", false)];

    /// <summary>Whether there is anything to look up.</summary>
    public bool AreInUse => options.Discovery is not null || options.Endpoints.Any(endpoint => endpoint.HostNameType == UriHostNameType.Dns);

    /// <exception cref="StoreUnavailableException">DNS does not answer, or knows of no server.</exception>
    public async Task<ImmutableArray<EtcdAddress>> FindAsync(CancellationToken cancellationToken)
    {
        var endpoints = options.Discovery is { } discovery ? await DiscoverAsync(discovery, cancellationToken) : options.Endpoints;
        var byHost = await Task.WhenAll(endpoints.Select(endpoint => AddressesAsync(endpoint, cancellationToken)));

        // The first address of every host, then the second ones: a host that is down is not asked again and again before the others.
        var ranked = byHost.SelectMany(addresses => addresses.Select((address, rank) => (address, rank)));
        return [.. ranked.OrderBy(one => one.rank).Select(one => one.address).Distinct().Take(ServersMax)];
    }

    /// <summary>
    /// A failure ends the search unless other servers are configured: the records for plain connections must not stand in for those
    /// of TLS that somebody has only prevented from arriving.
    /// </summary>
    private async Task<ImmutableArray<Uri>> DiscoverAsync(EtcdDiscovery discovery, CancellationToken cancellationToken)
    {
        try
        {
            var asked = new List<string>();
            foreach (var (service, isTls) in Services)
            {
                var name = $"{service}{(discovery.Suffix is { } suffix ? $"-{suffix}" : "")}._tcp.{discovery.Domain}";
                asked.Add(name);
                var records = (await QueryAsync(name, QueryType.SRV, cancellationToken)).SrvRecords().ToArray();
                if (records.Length > 0)
                {
                    return [.. records.OrderBy(record => record.Priority).ThenByDescending(record => record.Weight).Select(record => Endpoint(record, isTls || options.InsistsOnTls))];
                }
            }

            return options.Endpoints.Length > 0
                ? options.Endpoints
                : throw new StoreUnavailableException($"{options.Section}.srv: DNS has no SRV record {string.Join(" nor ", asked)}", null);
        }
        catch (DnsResponseException) when (options.Endpoints.Length > 0)
        {
            return options.Endpoints;
        }
        catch (DnsResponseException failed)
        {
            throw new StoreUnavailableException($"{options.Section}.srv: {discovery.Domain} cannot be looked up: {(failed.InnerException ?? failed).Message}", failed);
        }
    }

    private async Task<ImmutableArray<EtcdAddress>> AddressesAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        if (endpoint.HostNameType != UriHostNameType.Dns)
        {
            return [new(endpoint, null)];
        }

        // One name that is not answered for must not keep the others' servers waiting.
        using var limit = new CancellationTokenSource(options.AttemptTimeout, time);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var addresses = options.NameServer is null
                ? await Dns.GetHostAddressesAsync(endpoint.IdnHost, bounded.Token)
                : await AskForAddressesAsync(endpoint.IdnHost, bounded.Token);
            return addresses.Length > 0 ? [.. addresses.Select(address => new EtcdAddress(endpoint, address))] : [new(endpoint, null)];
        }
        catch (Exception unknown) when (unknown is SocketException or DnsResponseException || (unknown is OperationCanceledException && limit.IsCancellationRequested))
        {
            // Connecting tries again, and says what is wrong.
            return [new(endpoint, null)];
        }
    }

    private async Task<IPAddress[]> AskForAddressesAsync(string host, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(QueryAsync(host, QueryType.A, cancellationToken), QueryAsync(host, QueryType.AAAA, cancellationToken));
        return [.. answers.SelectMany(answer => answer.OfType<AddressRecord>()).Select(record => record.Address)];
    }

    /// <summary>None when DNS knows that there is none.</summary>
    private async Task<IReadOnlyList<DnsResourceRecord>> QueryAsync(string name, QueryType type, CancellationToken cancellationToken)
    {
        // The system's name servers are those of this moment.
        var settings = options.NameServer is { } server ? new LookupClientOptions(server) : new LookupClientOptions();
        settings.Timeout = QueryTimeout;
        settings.Retries = 1;
        settings.UseCache = false;
        settings.UseRandomNameServer = false;
        settings.ThrowDnsErrors = false;
        var answer = await new LookupClient(settings).QueryAsync(name, type, cancellationToken: cancellationToken);
        return answer switch
        {
            { HasError: false } => answer.Answers,
            { Header.ResponseCode: DnsHeaderResponseCode.NotExistentDomain } => [],
            _ => throw new DnsResponseException(answer.ErrorMessage),
        };
    }

    private static Uri Endpoint(SrvRecord record, bool isTls) => new(string.Create(
        CultureInfo.InvariantCulture, $"{(isTls ? "https" : "http")}://{record.Target.Value.TrimEnd('.')}:{record.Port}"));
}
