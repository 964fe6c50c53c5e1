using Holdfast.Simulation.Checks;
using Holdfast.Simulation.Network;
using Holdfast.Simulation.Store;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation;

/// <summary>What all parts of one simulated world share.</summary>
internal sealed record SimParts(
    Scheduler Scheduler,
    SimRandom Random,
    SimNetwork Network,
    StoreServer Store,
    ClusterCheck Check,
    Trace Trace);
