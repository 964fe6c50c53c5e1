using System.Runtime.CompilerServices;

namespace Holdfast.Router.Loops;

/// <summary>
/// Something that one task of a loop can await: it stays set until it is reset. It belongs to one loop's thread and allocates
/// nothing; the waiting task goes on inside <see cref="Set"/>.
/// </summary>
internal sealed class Signal : ICriticalNotifyCompletion
{
    private Action? waiting;

    public bool IsCompleted { get; private set; }

    public Signal GetAwaiter() => this;

    public void Set()
    {
        IsCompleted = true;
        var continuation = waiting;
        waiting = null;
        continuation?.Invoke();
    }

    public void Reset() => IsCompleted = false;

    public void GetResult()
    {
        // There is nothing to hand over: whoever awaited looks at what it waited for.
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) =>
        waiting = waiting is null ? continuation : throw new InvalidOperationException("Two tasks await one signal.");
}
