using Holdfast.Demo.Databases;
using Holdfast.Demo.Faults;

namespace Holdfast.Demo.Command;

/// <summary>What the person asked for.</summary>
internal sealed record DemoOptions(
    Database Database,
    IReadOnlyList<Fault> Faults,
    int Members,
    string? Directory,
    bool IsKept,
    bool IsJson,
    int Rounds,
    TimeSpan Freeze);
