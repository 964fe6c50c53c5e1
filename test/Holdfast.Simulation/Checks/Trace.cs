using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Checks;

/// <summary>What happened, in lines for people; kept only when somebody wants to read it.</summary>
internal sealed class Trace(Scheduler scheduler, bool isOn)
{
    private readonly List<string> lines = [];

    public bool IsOn { get; } = isOn;

    public IReadOnlyList<string> Lines => lines;

    public void Add(string who, string what) =>
        lines.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{scheduler.Now.TotalSeconds,9:0.0000}  {who,-8} {what}"));
}
