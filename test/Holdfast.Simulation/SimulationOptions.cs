using Holdfast.Model;

namespace Holdfast.Simulation;

/// <summary>What of a run is given; everything else follows from the seed.</summary>
public sealed record SimulationOptions
{
    /// <summary>Keeps the trace.</summary>
    public bool IsTracing { get; init; }

    /// <summary>Null: two to five, by the seed.</summary>
    public int? Members { get; init; }

    /// <summary>Null: by the seed.</summary>
    public SynchronousMode? SynchronousMode { get; init; }

    /// <summary>Nothing goes wrong.</summary>
    public bool IsCalm { get; init; }

    /// <summary>Now and then the store ends a session before its time, as some do after a stall of their own; nothing else goes wrong then.</summary>
    public bool EndsSessionsEarly { get; init; }

    /// <summary>How a part is broken on purpose, so that the checks can be checked.</summary>
    public Sabotage Sabotage { get; init; }
}

/// <summary>Parts that do not keep their promises.</summary>
public enum Sabotage
{
    None,

    /// <summary>The store ends sessions before their time.</summary>
    StoreEndsSessionsEarly,

    /// <summary>No fence acts.</summary>
    FencesDoNothing,

    /// <summary>A database acknowledges commits without asking its standbys.</summary>
    DatabaseDoesNotWait,

    /// <summary>A database says that it waits for standbys before it does.</summary>
    DatabaseWaitsLaterThanItSays,

    /// <summary>A standby says that it has flushed what it has only received, and loses it in a crash.</summary>
    StandbysDoNotFlush,

    /// <summary>The store takes conditional writes without looking at their conditions.</summary>
    StoreIgnoresConditions,

    /// <summary>A leader that has lost the store takes the members' word for given.</summary>
    MembersAreNotAsked,
}
