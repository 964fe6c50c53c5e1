namespace Holdfast.Demo.Faults;

/// <summary>What is done to the primary.</summary>
public enum Fault
{
    /// <summary>The database's first process is killed; the agent lives.</summary>
    Crash,

    /// <summary>Every process of the member is killed, its vote in the store too.</summary>
    HostLoss,

    /// <summary>Every process of the member stops in its tracks, and later goes on as if nothing had happened.</summary>
    Freeze,

    /// <summary>Nothing is broken: the primary is asked to hand over.</summary>
    Switchover,
}

/// <summary>The faults' words on the command line and on the screen.</summary>
public static class FaultWords
{
    public static string Name(this Fault fault) => fault switch
    {
        Fault.Crash => "crash",
        Fault.HostLoss => "hostloss",
        Fault.Freeze => "freeze",
        Fault.Switchover => "switchover",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
    };

    public static Fault? Parse(string name) => Enum.GetValues<Fault>().Cast<Fault?>().FirstOrDefault(fault => fault?.Name() == name);
}
