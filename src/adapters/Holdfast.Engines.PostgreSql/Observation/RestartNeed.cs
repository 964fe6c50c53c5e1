using System.Globalization;
using Holdfast.Engines.PostgreSql.Configuration;

namespace Holdfast.Engines.PostgreSql.Observation;

/// <summary>
/// Knows whether the server would take up a parameter only by a restart. PostgreSQL says so itself, but not of parameters that it
/// was given on its command line.
/// </summary>
internal sealed class RestartNeed(ConfigurationKeeper configuration, ControlFile control)
{
    public async Task<bool> IsPendingAsync(Observed observed, CancellationToken cancellationToken)
    {
        if (observed.HasPendingParameters)
        {
            return true;
        }

        foreach (var (name, actual) in observed.CriticalParameters)
        {
            if (configuration.Written.TryGetValue(name, out var wanted) && !IsSame(actual, wanted)
                && !await IsHeldByPrimaryAsync(name, actual, observed, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSame(string actual, string wanted) =>
        string.Equals(Plain(actual), Plain(wanted), StringComparison.OrdinalIgnoreCase);

    private static string Plain(string value) => value.ToLowerInvariant() switch
    {
        "true" or "yes" or "1" or "on" => "on",
        "false" or "no" or "0" or "off" => "off",
        var other => other,
    };

    /// <summary>A replica keeps the primary's greater value until the primary has gone down.</summary>
    private async Task<bool> IsHeldByPrimaryAsync(string name, string actual, Observed observed, CancellationToken cancellationToken) =>
        observed.IsInRecovery
        && ServerParameters.NeverLessThanPrimary.Contains(name)
        && (await control.ReadAsync(cancellationToken))?.Minima.GetValueOrDefault(name) is { } minimum
        && int.TryParse(actual, CultureInfo.InvariantCulture, out var value)
        && value <= minimum;
}
