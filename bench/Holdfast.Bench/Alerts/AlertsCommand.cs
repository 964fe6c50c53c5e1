using System.CommandLine;

namespace Holdfast.Bench.Alerts;

/// <summary><c>alerts</c>: what looking costs.</summary>
internal static class AlertsCommand
{
    public static Command Create()
    {
        var command = new Command("alerts", "Processor time of one look at the alerts of 1,000 clusters with 20 rules each");
        command.SetAction(async (parsed, _) =>
        {
            var costs = AlertMeasurement.Run();
            await parsed.InvocationConfiguration.Output.WriteLineAsync(FormattableString.Invariant(
                $"quiet: {costs.QuietMilliseconds:0.0} ms, {costs.QuietBytes} bytes; alerts fire in each: {costs.TroubledMilliseconds:0.0} ms, {costs.TroubledBytes} bytes"));
            return 0;
        });
        return command;
    }
}
