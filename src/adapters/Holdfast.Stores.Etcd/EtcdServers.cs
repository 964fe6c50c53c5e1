using System.Collections.Immutable;
using Holdfast.Ports;
using Holdfast.Ports.Store;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Etcd;

/// <summary>
/// The servers of one etcd cluster: one of them is in use until it fails to answer; then it is the next one's turn. Where names stand for
/// servers, they are looked up at the first request, and again when every known server has failed in turn. What is known stays in use
/// while nothing better is found.
/// </summary>
internal sealed partial class EtcdServers : IAsyncDisposable
{
    private readonly EtcdStoreOptions options;
    private readonly EtcdNames names;
    private readonly EtcdSecurity security;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Complaint complaint;
    private readonly CancellationTokenSource ending = new();
    private readonly Lock sync = new();
    private ImmutableArray<EtcdServer> known = [];
    private ImmutableArray<EtcdServer> retired = [];
    private int current;
    private int failedInTurn;
    private TimeSpan? lookedUp;
    private Task lookingUp = Task.CompletedTask;
    private StoreUnavailableException? problem;

    /// <exception cref="IOException">A certificate's file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The certificate or its key cannot be used.</exception>
    public EtcdServers(EtcdStoreOptions options, TimeProvider time, ILogger logger)
    {
        this.options = options;
        this.time = time;
        this.logger = logger;
        complaint = new Complaint(time);
        names = new EtcdNames(options, time);
        security = new EtcdSecurity(options);
        if (!names.AreInUse)
        {
            known = [.. options.Endpoints.Select(endpoint => new EtcdServer(new EtcdAddress(endpoint, null), security, options))];
        }
    }

    public int Count
    {
        get
        {
            lock (sync)
            {
                return known.Length;
            }
        }
    }

    /// <summary>All that are known now.</summary>
    public ImmutableArray<EtcdServer> Known
    {
        get
        {
            lock (sync)
            {
                return known;
            }
        }
    }

    /// <summary>The server to ask now.</summary>
    /// <exception cref="StoreUnavailableException">No server is known yet.</exception>
    public async Task<EtcdServer> CurrentAsync(CancellationToken cancellationToken)
    {
        Task looking;
        lock (sync)
        {
            if (known.Length > 0)
            {
                return known[current];
            }

            looking = LookUp();
        }

        await looking.WaitAsync(cancellationToken);
        lock (sync)
        {
            return known.Length > 0 ? known[current] : throw new StoreUnavailableException(problem?.Message ?? "no etcd server is known", problem);
        }
    }

    /// <summary>Asks the next one from now on, unless somebody else has already turned away from this one.</summary>
    public void Leave(EtcdServer server)
    {
        lock (sync)
        {
            if (known.Length == 0 || known[current] != server)
            {
                return;
            }

            current = (current + 1) % known.Length;
            if (++failedInTurn >= known.Length && names.AreInUse)
            {
                // Nobody waits for it: an outage of the servers must not cost the time of one of DNS as well.
                LookUp();
            }
        }
    }

    /// <summary>A server has answered: the names are good.</summary>
    public void Praise()
    {
        lock (sync)
        {
            failedInTurn = 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await lookingUp;
        foreach (var server in known.Concat(retired))
        {
            server.Dispose();
        }

        security.Dispose();
        ending.Dispose();
    }

    /// <summary>Begins a look-up, unless one is going on or has just ended.</summary>
    private Task LookUp()
    {
        if (lookingUp.IsCompleted && (lookedUp is not { } last || time.GetElapsedTime(0) - last >= options.LookupPause))
        {
            lookingUp = LookUpAsync();
        }

        return lookingUp;
    }

    private async Task LookUpAsync()
    {
        // Beyond the caller's lock, and whatever becomes of its request.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var limit = new CancellationTokenSource(options.LookupTimeout, time);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(ending.Token, limit.Token);
        try
        {
            Adopt(await names.FindAsync(bounded.Token));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            Fail(new StoreUnavailableException($"{options.Section}: the servers' names were not looked up within {options.LookupTimeout.TotalSeconds} s", null));
        }
        catch (OperationCanceledException)
        {
            // The store is closed.
        }
        catch (StoreUnavailableException failed)
        {
            Fail(failed);
        }
    }

    private void Adopt(ImmutableArray<EtcdAddress> addresses)
    {
        lock (sync)
        {
            lookedUp = time.GetElapsedTime(0);
            failedInTurn = 0;
            if (known.Select(server => server.Address).SequenceEqual(addresses))
            {
                return;
            }

            var asked = known.Length > 0 ? known[current] : null;
            ImmutableArray<EtcdServer> next = [.. addresses.Select(address => known.FirstOrDefault(server => server.Address == address) ?? new EtcdServer(address, security, options))];

            // A request may be on its way to one that is gone from the list; by the next change it has ended.
            foreach (var server in retired)
            {
                server.Dispose();
            }

            retired = known.RemoveRange(next);
            known = next;
            current = asked is null ? 0 : Math.Max(0, known.IndexOf(asked));
        }

        LogFound(string.Join(", ", addresses));
    }

    private void Fail(StoreUnavailableException failed)
    {
        lock (sync)
        {
            lookedUp = time.GetElapsedTime(0);
            problem = failed;
        }

        if (complaint.IsDue(failed.Message))
        {
            LogNotFound(failed.Message);
        }
    }

    [LoggerMessage(2132, LogLevel.Information, "The servers of etcd are {Servers}")]
    private partial void LogFound(string servers);

    [LoggerMessage(2133, LogLevel.Warning, "No servers of etcd are found: {Why}")]
    private partial void LogNotFound(string why);
}
