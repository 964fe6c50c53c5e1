namespace Holdfast.Router.Loops;

/// <summary>A pipe inside the kernel that bulk data moves through without being copied here.</summary>
internal readonly record struct KernelPipe(int Out, int In);

/// <summary>Empty pipes of one loop, kept for the next bulk stream.</summary>
internal sealed unsafe class PipePool : IDisposable
{
    public const int PipeBytes = 256 * 1024;
    private const int KeptMax = 16;
    private readonly Stack<KernelPipe> kept = new();

    /// <summary>Null when the system has no more to give: the stream then goes on as before.</summary>
    public KernelPipe? Rent()
    {
        if (kept.TryPop(out var pipe))
        {
            return pipe;
        }

        var ends = stackalloc int[2];
        if (Linux.Pipe(ends, Linux.NonBlocking | Linux.CloseOnExec) < 0)
        {
            return null;
        }

        _ = Linux.Control(ends[1], Linux.SetPipeSize, PipeBytes);
        return new(ends[0], ends[1]);
    }

    /// <param name="pipe">Rented here.</param>
    /// <param name="isEmpty">One that still holds bytes must never reach another stream.</param>
    public void Return(KernelPipe pipe, bool isEmpty)
    {
        if (isEmpty && kept.Count < KeptMax)
        {
            kept.Push(pipe);
            return;
        }

        _ = Linux.Close(pipe.Out);
        _ = Linux.Close(pipe.In);
    }

    public void Dispose()
    {
        while (kept.TryPop(out var pipe))
        {
            _ = Linux.Close(pipe.Out);
            _ = Linux.Close(pipe.In);
        }
    }
}
