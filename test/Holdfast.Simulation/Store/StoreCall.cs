using Holdfast.Ports.Store;
using Holdfast.Simulation.Network;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Store;

/// <summary>How one agent's process reaches the store.</summary>
internal sealed class StoreLine(StoreServer server, SimNetwork network, SimRandom random, Scheduler scheduler, SimProcess process, int member)
{
    public StoreServer Server { get; } = server;

    public SimNetwork Network { get; } = network;

    public SimRandom Random { get; } = random;

    public Scheduler Scheduler { get; } = scheduler;

    public SimProcess Process { get; } = process;

    /// <summary>How often an answer is lost although the request arrived.</summary>
    public double LosesAnswers { get; set; }

    public bool CarriesRequests => Network.Reaches(member, Network.Store);

    public bool CarriesAnswers => Network.Reaches(Network.Store, member);
}

/// <summary>One request on its way to the store and back.</summary>
internal sealed class StoreCall<T>(StoreLine line, Func<T> apply, Func<T> lost)
{
    private static readonly TimeSpan OwnLimit = TimeSpan.FromSeconds(1);
    private readonly TaskCompletionSource<T> source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration registration;
    private T? answer;

    public Task<T> SendAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            registration = cancellationToken.Register(static state => ((StoreCall<T>)state!).Cancel(), this);
        }

        if (line.CarriesRequests)
        {
            line.Scheduler.At(line.Scheduler.Now + line.Network.Latency(), new Work(null, static state => ((StoreCall<T>)state!).Arrive(), this));
        }
        else if (line.Random.Chance(0.3))
        {
            line.Scheduler.At(line.Scheduler.Now + line.Network.Latency(), new Work(line.Process, Refuse));
        }
        else
        {
            LoseAfter();
        }

        return source.Task;
    }

    private void Arrive()
    {
        if (line.Server.IsSilent)
        {
            WhileSilent();
            return;
        }

        // A client may have given up on this long ago: a request on its way takes effect all the same.
        answer = apply();
        if (!line.CarriesAnswers || line.Random.Chance(line.LosesAnswers))
        {
            LoseAfter();
            return;
        }

        line.Scheduler.At(line.Scheduler.Now + line.Network.Latency(), new Work(line.Process, static state => ((StoreCall<T>)state!).Answer(), this));
    }

    private void Refuse() => End(() => source.TrySetException(StoreClient.Unavailable("the connection was refused")));

    private void LoseAfter() => line.Scheduler.At(line.Scheduler.Now + OwnLimit, new Work(line.Process, Lose));

    private void Cancel() => End(() => source.TrySetCanceled());

    private void Answer() => End(() => source.TrySetResult(answer!));

    /// <summary>Without a leader a request is refused, lost, or kept until there is one, whoever still waits for it.</summary>
    private void WhileSilent()
    {
        if (line.Random.Chance(0.4))
        {
            line.Scheduler.At(line.Server.SilentUntil + line.Network.Latency(), new Work(null, Arrive));
            LoseAfter();
        }
        else if (line.Random.Chance(0.5))
        {
            line.Scheduler.At(line.Scheduler.Now + line.Network.Latency(), new Work(line.Process, Refuse));
        }
        else
        {
            LoseAfter();
        }
    }

    private void Lose() => End(() =>
    {
        try
        {
            source.TrySetResult(lost());
        }
        catch (StoreUnavailableException exception)
        {
            source.TrySetException(exception);
        }
    });

    private void End(Action how)
    {
        if (!source.Task.IsCompleted)
        {
            registration.Unregister();
            how();
        }
    }
}
