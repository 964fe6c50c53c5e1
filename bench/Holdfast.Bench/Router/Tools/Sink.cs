using System.Globalization;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;

namespace Holdfast.Bench.Router.Tools;

/// <summary>Runs <see cref="SinkCommand"/> in a process of its own until it is disposed of.</summary>
internal sealed class Sink : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private readonly TimeProvider time;
    private readonly ChildProcess process;

    private Sink(TimeProvider time)
    {
        this.time = time;
        var own = Environment.ProcessPath ?? throw new InvalidOperationException("a process has a path");
        process = ChildProcess.Start([own, SinkCommand.Name, Port.ToString(CultureInfo.InvariantCulture)], "/dev/null", "/");
    }

    public int Port { get; } = FreePorts.Take(1)[0];

    public static async Task<Sink> StartAsync(TimeProvider time, CancellationToken stopping)
    {
        var sink = new Sink(time);
        var began = time.GetTimestamp();
        while (!await LoopbackPort.IsOpenAsync(sink.Port, stopping))
        {
            if (time.GetElapsedTime(began) > Limit)
            {
                await sink.DisposeAsync();
                throw new DemoException("the sink did not start");
            }

            await Task.Delay(Look, time, stopping);
        }

        return sink;
    }

    public async ValueTask DisposeAsync()
    {
        ProcessTable.Send(process.Entry, Signal.Kill);
        var began = time.GetTimestamp();
        while (process.IsAlive && time.GetElapsedTime(began) < Limit)
        {
            await Task.Delay(Look, time, CancellationToken.None);
        }

        process.Dispose();
    }
}
