namespace Holdfast.Model.Probes;

/// <summary>The last hour, day and thirty days, each as finely as it needs to be.</summary>
public sealed record ServiceHistory
{
    public static readonly ServiceHistory Empty = new();

    public static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    public static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>What an objective is about.</summary>
    public static readonly TimeSpan Month = TimeSpan.FromDays(30);

    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(5);

    public ServiceWindow Minutes { get; init; } = new(TimeSpan.FromMinutes(1), 60);

    public ServiceWindow Quarters { get; init; } = new(TimeSpan.FromMinutes(15), 96);

    public ServiceWindow Watches { get; init; } = new(TimeSpan.FromHours(6), 120);

    public ServiceHistory Add(DateTimeOffset at, ServiceTime time) =>
        new() { Minutes = Minutes.Add(at, time), Quarters = Quarters.Add(at, time), Watches = Watches.Add(at, time) };

    /// <param name="window"><see cref="Hour"/>, <see cref="Day"/> or <see cref="Month"/>.</param>
    /// <param name="now">The calendar's time.</param>
    public ServiceTime Over(TimeSpan window, DateTimeOffset now) =>
        (window <= Hour ? Minutes : window <= Day ? Quarters : Watches).Over(now, window);

    /// <summary>What is left of the time that the objective allows nobody to be served in; below 0 when it is overdrawn.</summary>
    /// <param name="objective">From 0 to below 1.</param>
    /// <param name="now">The calendar's time.</param>
    public double BudgetLeft(double objective, DateTimeOffset now) => 1 - (Over(Month, now).Down / ((1 - objective) * Month));

    /// <summary>How many times as fast as it may the budget is used up over a window; time that was not measured uses up none.</summary>
    public double BurnRate(double objective, TimeSpan window, DateTimeOffset now) => Over(window, now).Down / ((1 - objective) * window);

    /// <summary>The hour's rate while it goes on: the least of the last hour and the last five minutes.</summary>
    public double BurnRateNow(double objective, DateTimeOffset now) =>
        Math.Min(BurnRate(objective, Hour, now), BurnRate(objective, Lately, now));
}
