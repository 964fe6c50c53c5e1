using Holdfast.Simulation.Database;
using Holdfast.Simulation.Network;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Clients;

/// <summary>A client that writes one thing after another, and looks for another member when the present one refuses or is silent.</summary>
internal sealed class Writer(IReadOnlyList<DatabaseServer> servers, SimNetwork network, Scheduler scheduler, SimRandom random, Func<int> nextWrite)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);
    private int target;
    private int attempt;

    public void WriteLater(TimeSpan delay) => scheduler.At(scheduler.Now + delay, new Work(null, Write));

    private void Write()
    {
        var server = servers[target];
        var number = ++attempt;
        if (network.Reaches(network.Clients, server.Place))
        {
            var write = nextWrite();
            scheduler.At(scheduler.Now + network.Latency(), new Work(server.Process, () => server.Write(write, done => Answer(server, number, done))));
        }

        scheduler.At(scheduler.Now + Patience, new Work(null, () => Done(number, false)));
    }

    private void Answer(DatabaseServer server, int number, bool done)
    {
        if (network.Reaches(server.Place, network.Clients))
        {
            scheduler.At(scheduler.Now + network.Latency(), new Work(null, () => Done(number, done)));
        }
    }

    private void Done(int number, bool done)
    {
        if (number != attempt)
        {
            return;
        }

        attempt++;
        target = done ? target : (target + 1) % servers.Count;
        WriteLater(done ? random.Milliseconds(20, 200) : random.Milliseconds(5, 100));
    }
}
