namespace Holdfast.Bench.Reporting;

/// <summary>One figure with all its samples.</summary>
/// <param name="Name">With its unit at the end.</param>
/// <param name="Unit">Of the samples.</param>
/// <param name="Samples">At least one.</param>
internal sealed record Figure(string Name, string Unit, IReadOnlyList<double> Samples)
{
    public double Median
    {
        get
        {
            var sorted = Samples.Order().ToList();
            return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
        }
    }

    public double Min => Samples.Min();

    public double Max => Samples.Max();
}

/// <summary>Collects samples by figure, in the order in which the figures first came.</summary>
internal sealed class Figures
{
    private readonly List<(string Name, string Unit, List<double> Samples)> all = [];

    public IReadOnlyList<Figure> All => [.. all.Select(figure => new Figure(figure.Name, figure.Unit, figure.Samples))];

    public void Add(string name, string unit, double sample)
    {
        var known = all.FindIndex(figure => figure.Name == name);
        if (known < 0)
        {
            all.Add((name, unit, [sample]));
        }
        else
        {
            all[known].Samples.Add(sample);
        }
    }
}
