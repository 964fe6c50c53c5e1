using System.Collections.Concurrent;
using System.Net;
using Holdfast.Demo.Cluster;

namespace Holdfast.Bench.People;

/// <summary>A webhook that knows when each message came.</summary>
internal sealed class AlertReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<(long At, string Text)> arrivals = new();
    private readonly TimeProvider time;
    private readonly Task taking;

    public AlertReceiver(TimeProvider time)
    {
        this.time = time;
        Url = $"http://127.0.0.1:{FreePorts.Take(1)[0]}/alerts/";
        listener.Prefixes.Add(Url);
        listener.Start();
        taking = TakeAsync();
    }

    public string Url { get; }

    /// <summary>When the first message came that has these words, by the clock's timestamp.</summary>
    /// <exception cref="TimeoutException">None came within two minutes.</exception>
    public async Task<long> ArrivalOfAsync(string words, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < Limit)
        {
            if (arrivals.FirstOrDefault(arrival => arrival.Text.Contains(words, StringComparison.Ordinal)) is { Text: not null } found)
            {
                return found.At;
            }

            await Task.Delay(Look, time, cancellationToken);
        }

        throw new TimeoutException($"nobody was told of {words}");
    }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await taking;
        listener.Close();
    }

    private async Task TakeAsync()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                var at = time.GetTimestamp();
                using var reader = new StreamReader(context.Request.InputStream);
                arrivals.Enqueue((at, await reader.ReadToEndAsync()));
                context.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // The measurement is over.
        }
    }
}
