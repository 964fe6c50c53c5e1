using Holdfast.Model.Probes;

namespace Holdfast.Ports.Probes;

/// <summary>Something that writes and reads as a client does, all the time, and says how it fares. Looking costs nothing and never waits.</summary>
public interface IServiceProbe
{
    /// <summary>All attempts so far.</summary>
    ProbeRecord Record { get; }
}
