using System.Runtime.InteropServices;

namespace Holdfast.Host.Composition;

/// <summary>How a process is told to end: the first SIGTERM or Ctrl-C asks for an orderly end, a second Ctrl-C for an end at once.</summary>
internal sealed class Ending : IDisposable
{
    private readonly CancellationTokenSource shutDown = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly List<PosixSignalRegistration> registrations = [];

    public Ending()
    {
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle));
    }

    public CancellationToken ShutDown => shutDown.Token;

    public CancellationToken Stopping => stopping.Token;

    public void OnHangUp(Action reload) =>
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            reload();
        }));

    /// <summary>Asks for an orderly end from within.</summary>
    public void Begin() => shutDown.Cancel();

    public Task WaitAsync()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = shutDown.Token.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), ended);
        return ended.Task;
    }

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        shutDown.Dispose();
        stopping.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (shutDown.IsCancellationRequested && context.Signal == PosixSignal.SIGINT)
        {
            stopping.Cancel();
        }

        shutDown.Cancel();
    }
}
