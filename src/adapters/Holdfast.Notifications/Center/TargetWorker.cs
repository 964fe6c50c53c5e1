using System.Diagnostics.CodeAnalysis;
using Holdfast.Ports.Notifications;
using Microsoft.Extensions.Logging;

namespace Holdfast.Notifications.Center;

/// <summary>Delivers one target's notifications, one after the other, so that a target that hangs delays no other.</summary>
internal sealed partial class TargetWorker(NotificationTarget target, TargetQueue queue, Lock gate, TimeProvider time, ILogger logger)
{
    private readonly Rest rest = new(time);
    private bool isFailing;

    public void Disturb() => rest.Disturb();

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await rest.WaitAsync(Wait(), stopping);
                if (Take() is { } delivery)
                {
                    Settle(delivery, await TryAsync(delivery.Notification, stopping));
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What is left stays untold: the process ends.
        }
    }

    private TimeSpan? Wait()
    {
        lock (gate)
        {
            return queue.DueAt - time.GetElapsedTime(0);
        }
    }

    private Delivery? Take()
    {
        lock (gate)
        {
            return queue.Take(time.GetElapsedTime(0));
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The edge of the loop: one notification must not end it.")]
    private async Task<Outcome> TryAsync(Notification notification, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(target.AttemptTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            await target.Notifier.NotifyAsync(target.Asking(notification), either.Token);
            return new Outcome.Taken();
        }
        catch (NotificationFailedException failure)
        {
            return failure.IsWorthRetrying ? new Outcome.Failed(failure.Message, failure.RetryAfter) : new Outcome.Refused(failure.Message);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return new Outcome.Failed($"it has not answered within {target.AttemptTimeout.TotalSeconds:0.#} s", null);
        }
        catch (Exception unforeseen) when (unforeseen is not OperationCanceledException)
        {
            // Its message may hold what the target's address or login is.
            return new Outcome.Refused($"unforeseen {unforeseen.GetType().Name}");
        }
    }

    private void Settle(Delivery delivery, Outcome outcome)
    {
        Settlement settlement;
        lock (gate)
        {
            settlement = queue.Settle(outcome, time.GetElapsedTime(0));
        }

        Tell(delivery, outcome, settlement);
        isFailing = outcome is Outcome.Failed;
    }

    private void Tell(Delivery delivery, Outcome outcome, Settlement settlement)
    {
        switch (outcome)
        {
            case Outcome.Failed failure:
                LogFailed(delivery.Key, target.Name, failure.Why, settlement.Rest?.TotalSeconds ?? 0);
                break;
            case Outcome.Refused refusal:
                LogRefused(delivery.Key, target.Name, refusal.Why);
                break;
            case Outcome.Taken when isFailing:
                LogRecovered(target.Name);
                break;
        }

        foreach (var key in settlement.GivenUp)
        {
            LogGivenUp(key, target.Name, target.GiveUpAfter.TotalSeconds);
        }
    }

    [LoggerMessage(2301, LogLevel.Warning, "Notification {Key} did not reach {Target}: {Why}; the target is left alone for {Seconds:0.0} s")]
    private partial void LogFailed(string key, string target, string why, double seconds);

    [LoggerMessage(2302, LogLevel.Error, "Notification {Key} is lost: {Target} refuses it: {Why}")]
    private partial void LogRefused(string key, string target, string why);

    [LoggerMessage(2303, LogLevel.Information, "{Target} takes notifications again")]
    private partial void LogRecovered(string target);

    [LoggerMessage(2304, LogLevel.Error, "Notification {Key} is lost: it could not be delivered to {Target} for {Seconds:0} s")]
    private partial void LogGivenUp(string key, string target, double seconds);
}
