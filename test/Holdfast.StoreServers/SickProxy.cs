using System.Net;
using System.Net.Sockets;
using Holdfast.Demo.Cluster;

namespace Holdfast.StoreServers;

/// <summary>
/// A way to a server on the loopback address that can be made slow, silent or broken, and well again. What it does applies to
/// open connections and to new ones.
/// </summary>
public sealed class SickProxy : IAsyncDisposable
{
    private readonly TimeProvider time;
    private readonly CancellationTokenSource ending = new();
    private readonly Lock sync = new();
    private readonly HashSet<SickConnection> connections = [];
    private readonly List<Task> running = [];
    private TcpListener? listener;
    private SickState state = SickState.Well;

    public SickProxy(int target, TimeProvider time)
    {
        this.time = time;
        Target = target;
        Port = FreePorts.Take(1)[0];
        Listen();
    }

    /// <summary>The server's port.</summary>
    public int Target { get; }

    /// <summary>Where the clients go.</summary>
    public int Port { get; }

    /// <summary>Lets everything through, also what a silent connection has held back until now.</summary>
    public void Pass() => Become(SickState.Well);

    /// <summary>Holds every byte back for this long, in both directions.</summary>
    public void Delay(TimeSpan delay) => Become(SickState.Well with { Delay = delay });

    /// <summary>Takes connections and bytes, and answers nothing: as a network that loses every packet.</summary>
    public void BlackHole() => Become(SickState.Well with { IsSilent = true });

    /// <summary>A black hole for those connections alone that have this text in their first bytes, such as a header that says who calls.</summary>
    public void BlackHoleFor(string mark) => Become(SickState.Well with { SilentFor = mark });

    /// <summary>Nobody listens any more, and open connections are reset.</summary>
    public void Refuse()
    {
        Become(SickState.Well with { Resets = true });
        lock (sync)
        {
            listener?.Dispose();
            listener = null;
        }
    }

    /// <summary>Takes connections and resets them at once, and those that are open.</summary>
    public void Reset() => Become(SickState.Well with { Resets = true });

    public async ValueTask DisposeAsync()
    {
        Refuse();
        await ending.CancelAsync();
        Task[] left;
        lock (sync)
        {
            left = [.. running];
        }

        await Task.WhenAll(left);
        ending.Dispose();
    }

    private void Become(SickState next)
    {
        lock (sync)
        {
            state = next;
            foreach (var connection in connections.ToArray())
            {
                connection.Become(next);
            }

            if (listener is null)
            {
                Listen();
            }
        }
    }

    private void Listen()
    {
        listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        running.Add(AcceptAsync(listener));
    }

    private async Task AcceptAsync(TcpListener on)
    {
        try
        {
            while (true)
            {
                var client = await on.AcceptSocketAsync(ending.Token);
                lock (sync)
                {
                    running.RemoveAll(task => task.IsCompletedSuccessfully);
                    running.Add(ServeAsync(client));
                }
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Nobody listens any more.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var connection = new SickConnection(client, time);
        lock (sync)
        {
            connections.Add(connection);
            connection.Become(state);
        }

        await connection.RunAsync(Target, ending.Token);
        lock (sync)
        {
            connections.Remove(connection);
        }
    }
}
