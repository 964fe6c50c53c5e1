using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Holdfast.Router.Loops;

/// <summary>
/// One thread that waits for its sockets by edge-triggered epoll and runs the tasks that await them. Everything that belongs to a loop
/// is touched on its thread alone, so there are no locks; <see cref="Post"/> is the way in from outside.
/// </summary>
internal sealed unsafe partial class Loop : IDisposable
{
    public const int ScratchBytes = 64 * 1024;
    private const int HappeningsMax = 256;

    // epoll_event is packed on x86-64 only.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int HappeningBytes = DataOffset + 8;

    private readonly int epoll = OrThrow(Linux.EpollCreate(Linux.CloseOnExec), "epoll_create1");
    private readonly int alarm = OrThrow(Linux.EventDescriptor(0, Linux.NonBlocking | Linux.CloseOnExec), "eventfd");
    private readonly byte* happenings = (byte*)NativeMemory.Alloc(HappeningsMax * 16);
    private readonly List<IHandler?> handlers = [null];
    private readonly List<uint> generations = [0];
    private readonly Stack<int> free = new();
    private readonly ConcurrentQueue<Action> posted = new();
    private readonly Queue<Action> yielded = new();
    private readonly PriorityQueue<LoopTimer, long> timers = new();
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Thread thread;
    private readonly long start;
    private int isAlarmed;
    private int load;
    private volatile bool isEnding;

    public Loop(int number, TimeProvider time, ILogger logger)
    {
        Number = number;
        this.time = time;
        this.logger = logger;
        start = time.GetTimestamp();
        Scratch = (byte*)NativeMemory.AlignedAlloc(ScratchBytes, 4096);
        Control(Linux.ControlAdd, alarm, Linux.EventIn | Linux.EventEdge, 0);
        thread = new Thread(Run) { IsBackground = true, Name = $"router-{number}" };
    }

    public int Number { get; }

    /// <summary>Milliseconds since the loop began, as of the last time it woke.</summary>
    public long NowMs { get; private set; }

    /// <summary>A buffer for whatever is received and passed on within one step: nothing in it outlives an await.</summary>
    public byte* Scratch { get; }

    public PipePool Pipes { get; } = new();

    /// <summary>How many connections this loop serves; others read it to share the work evenly.</summary>
    public int Load => Volatile.Read(ref load);

    public void Begin() => thread.Start();

    public void AddLoad(int change) => Volatile.Write(ref load, load + change);

    /// <summary>Runs the action on the loop's thread, soon.</summary>
    public void Post(Action action)
    {
        posted.Enqueue(action);
        if (Interlocked.Exchange(ref isAlarmed, 1) == 0)
        {
            long one = 1;
            _ = Linux.Write(alarm, (byte*)&one, sizeof(long));
        }
    }

    /// <summary>Awaited by a task that has had its share: it goes on after the others had theirs.</summary>
    public YieldAwaitable Yield() => new(this);

    public void Dispose()
    {
        isEnding = true;
        Post(static () => { });
        if (thread.ThreadState.HasFlag(ThreadState.Unstarted) is false)
        {
            thread.Join();
        }

        Pipes.Dispose();
        _ = Linux.Close(epoll);
        _ = Linux.Close(alarm);
        NativeMemory.AlignedFree(Scratch);
        NativeMemory.Free(happenings);
    }

    /// <summary>Begins to watch a descriptor; the token ends it.</summary>
    internal ulong Watch(int descriptor, uint events, IHandler handler)
    {
        var slot = free.TryPop(out var reused) ? reused : handlers.Count;
        if (slot == handlers.Count)
        {
            handlers.Add(handler);
            generations.Add(0);
        }
        else
        {
            handlers[slot] = handler;
        }

        // A happening may still be queued for what had the slot before: the generation tells them apart.
        var generation = ++CollectionsMarshal.AsSpan(generations)[slot];
        var token = ((ulong)generation << 32) | (uint)slot;
        Control(Linux.ControlAdd, descriptor, events, token);
        return token;
    }

    /// <summary>Call before the descriptor is closed, or moved to another loop.</summary>
    internal void Unwatch(int descriptor, ulong token)
    {
        _ = Linux.EpollControl(epoll, Linux.ControlDelete, descriptor, null);
        var slot = (int)(uint)token;
        handlers[slot] = null;
        free.Push(slot);
    }

    internal void Queue(LoopTimer timer, long dueMs)
    {
        timer.QueuedMs = dueMs;
        timers.Enqueue(timer, dueMs);
    }

    internal static int OrThrow(int result, string call) =>
        result >= 0 ? result : throw new IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage(Linux.LastError)}");

    private void Control(int operation, int descriptor, uint events, ulong token)
    {
        var happening = stackalloc byte[16];
        *(uint*)happening = events;
        Marshal.WriteInt64((nint)happening + DataOffset, (long)token);
        OrThrow(Linux.EpollControl(epoll, operation, descriptor, happening), "epoll_ctl");
    }

    private void Run()
    {
        while (!isEnding)
        {
            var count = Linux.EpollWait(epoll, happenings, HappeningsMax, WaitMs());
            NowMs = (long)time.GetElapsedTime(start).TotalMilliseconds;
            for (var i = 0; i < count; i++)
            {
                Dispatch(happenings + (i * HappeningBytes));
            }

            FireTimers();
            for (var turns = yielded.Count; turns > 0; turns--)
            {
                Guarded(yielded.Dequeue());
            }
        }

        TakePosted();
    }

    private int WaitMs()
    {
        if (yielded.Count > 0)
        {
            return 0;
        }

        return timers.TryPeek(out _, out var due) ? (int)Math.Clamp(due - NowMs, 0, 60_000) : 60_000;
    }

    private void Dispatch(byte* happening)
    {
        var events = *(uint*)happening;
        var token = (ulong)Marshal.ReadInt64((nint)happening + DataOffset);
        if (token == 0)
        {
            long count;
            _ = Linux.Read(alarm, (byte*)&count, sizeof(long));
            Volatile.Write(ref isAlarmed, 0);
            TakePosted();
            return;
        }

        var slot = (int)(uint)token;
        if (handlers[slot] is { } handler && generations[slot] == (uint)(token >> 32))
        {
            handler.OnEvents(events);
        }
    }

    private void TakePosted()
    {
        while (posted.TryDequeue(out var action))
        {
            Guarded(action);
        }
    }

    private void FireTimers()
    {
        while (timers.TryPeek(out var timer, out var due) && due <= NowMs)
        {
            timers.Dequeue();
            timer.QueuedMs = timer.QueuedMs == due ? null : timer.QueuedMs;
            if (timer.DueMs is not { } dueMs)
            {
                continue;
            }

            if (dueMs <= NowMs)
            {
                Guarded(timer.Fire);
            }
            else if (timer.QueuedMs is null)
            {
                Queue(timer, dueMs);
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The edge of the loop: one connection's fault must not end the others.")]
    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            LogFault(exception);
        }
    }

    [LoggerMessage(3901, LogLevel.Error, "A fault in the router's own code was contained")]
    private partial void LogFault(Exception exception);

    /// <summary>What a watched descriptor is told.</summary>
    internal interface IHandler
    {
        void OnEvents(uint events);
    }

    /// <summary>See <see cref="Yield"/>.</summary>
    internal readonly struct YieldAwaitable(Loop loop) : System.Runtime.CompilerServices.ICriticalNotifyCompletion
    {
        public bool IsCompleted => false;

        public YieldAwaitable GetAwaiter() => this;

        public void GetResult()
        {
            // There is nothing to hand over.
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => loop.yielded.Enqueue(continuation);
    }
}
