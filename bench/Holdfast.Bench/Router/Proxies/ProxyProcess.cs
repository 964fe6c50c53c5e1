using Holdfast.Bench.Router.Tools;
using Holdfast.Demo;
using Holdfast.Demo.Processes;

namespace Holdfast.Bench.Router.Proxies;

/// <summary>A proxy that runs, in a directory of its own, until it is disposed of.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private const int LastLines = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-proxy-").FullName;
    private readonly IProxySoftware software;
    private readonly TimeProvider time;
    private readonly ChildProcess process;

    private ProxyProcess(IProxySoftware software, TimeProvider time)
    {
        this.software = software;
        this.time = time;
        var command = software.Prepare(directory);
        foreach (var path in Directory.EnumerateFiles(directory).Append(directory))
        {
            OsAccount.Needed()?.Own(path);
        }

        process = ChildProcess.Start(command, LogFile, directory);
    }

    public string Name => software.Name;

    public int Port => software.Port;

    /// <summary>What it and its children have computed so far.</summary>
    public double CpuSeconds => Processes().Sum(entry => entry.CpuTicks) / (double)ProcessTable.TicksPerSecond;

    public long MemoryBytes => Processes().Sum(entry => ProcessTable.ProportionalBytes(entry.Pid));

    private string LogFile => Path.Combine(directory, "proxy.log");

    /// <summary>Answers when clients can connect.</summary>
    public static async Task<ProxyProcess> StartAsync(IProxySoftware software, TimeProvider time, CancellationToken stopping)
    {
        var proxy = new ProxyProcess(software, time);
        try
        {
            await proxy.WaitAsync(stopping);
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var entry in Processes())
        {
            ProcessTable.Send(entry, Signal.Kill);
        }

        var began = time.GetTimestamp();
        while (process.IsAlive && time.GetElapsedTime(began) < Limit)
        {
            await Task.Delay(Look, time, CancellationToken.None);
        }

        process.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private IReadOnlyList<ProcessEntry> Processes() =>
        [.. ProcessTable.Read().Where(entry => entry.Pid == process.Entry.Pid || entry.ParentPid == process.Entry.Pid)];

    private async Task WaitAsync(CancellationToken stopping)
    {
        var began = time.GetTimestamp();
        while (!await LoopbackPort.IsOpenAsync(Port, stopping))
        {
            if (!process.IsAlive || time.GetElapsedTime(began) > Limit)
            {
                var words = await File.ReadAllLinesAsync(LogFile, stopping);
                throw new DemoException(
                    $"{Name} {(process.IsAlive ? "does not listen" : "ended at once")}: {string.Join(" / ", words.TakeLast(LastLines))}");
            }

            await Task.Delay(Look, time, stopping);
        }
    }
}
