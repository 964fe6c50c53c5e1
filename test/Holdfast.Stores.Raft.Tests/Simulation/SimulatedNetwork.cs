using Holdfast.Stores.Raft.Consensus;

namespace Holdfast.Stores.Raft.Tests.Simulation;

/// <summary>Loses, repeats, delays and reorders messages, and cuts links in one direction or both.</summary>
internal sealed class SimulatedNetwork(World world)
{
    private readonly HashSet<(string From, string To)> cut = [];

    public double Loss { get; set; }

    public double Repetition { get; set; }

    /// <summary>How many of a hundred messages are much later than the others.</summary>
    public int Stragglers { get; set; } = 2;

    public void Send(RaftMessage message)
    {
        if (cut.Contains((message.From, message.To)) || world.Random.NextDouble() < Loss)
        {
            return;
        }

        var copies = world.Random.NextDouble() < Repetition ? 2 : 1;
        var copy = SimulatedDisk.Copy(message);
        for (var i = 0; i < copies; i++)
        {
            var delay = world.Random.Next(100) < Stragglers ? world.Random.Next(400) : 0.1 + (world.Random.NextDouble() * 5);
            world.After(TimeSpan.FromMilliseconds(delay), () => Deliver(copy));
        }
    }

    public void Heal() => cut.Clear();

    public void Cut(IEnumerable<string> these, IEnumerable<string> those, bool bothWays)
    {
        foreach (var (one, other) in these.SelectMany(one => those.Select(other => (one, other))))
        {
            cut.Add((one, other));
            if (bothWays)
            {
                cut.Add((other, one));
            }
        }
    }

    private void Deliver(RaftMessage message)
    {
        if (world.Nodes.TryGetValue(message.To, out var node) && node.IsUp && !cut.Contains((message.From, message.To)))
        {
            node.Step(message);
        }
    }
}
