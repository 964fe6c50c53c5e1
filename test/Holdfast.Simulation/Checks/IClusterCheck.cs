using Holdfast.Simulation.Database;

namespace Holdfast.Simulation.Checks;

/// <summary>What the simulated parts tell whoever watches over the rules.</summary>
internal interface IClusterCheck
{
    /// <summary>A client is told now that its write is safe.</summary>
    void Acknowledged(DatabaseServer server, int write, int end);

    /// <summary>The server takes writes from now on.</summary>
    void AcceptsWrites(DatabaseServer server);

    /// <summary>Two histories may have taken the same timeline's number.</summary>
    bool MayCollide { get; }

    void Fail(string why);
}
