using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Network;

/// <summary>Who reaches whom, and how long a message takes. The last two places are the store's and the clients'.</summary>
internal sealed class SimNetwork(int members, SimRandom random)
{
    private readonly int width = members + 2;
    private readonly int[] blocked = new int[(members + 2) * (members + 2)];

    public int Store { get; } = members;

    public int Clients { get; } = members + 1;

    public bool Reaches(int from, int to) => blocked[(from * width) + to] == 0;

    public bool AreConnected(int one, int other) => Reaches(one, other) && Reaches(other, one);

    public void Block(int from, int to) => blocked[(from * width) + to]++;

    public void Heal(int from, int to) => blocked[(from * width) + to]--;

    public TimeSpan Latency() =>
        random.Chance(0.02) ? random.Milliseconds(2, 60) : random.Milliseconds(0.1, 1.5);
}
