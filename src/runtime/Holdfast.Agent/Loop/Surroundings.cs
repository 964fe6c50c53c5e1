using Holdfast.Agent.Alerts;
using Holdfast.Agent.Store;
using Holdfast.Model.Alerts;

namespace Holdfast.Agent.Loop;

/// <summary>What a member sees of the things that it stands on, for alerts: the store's health, and its certificates.</summary>
internal sealed class Surroundings(MeasuredStore store, StoreMembersWatch members, CertificateWatch certificates)
{
    private StoreHealth health = StoreHealth.Unknown;

    /// <summary>The same object while nothing has changed.</summary>
    public StoreHealth StoreHealth
    {
        get
        {
            var (answer, failedPercent, _) = store.Health;
            var lost = members.Lost;
            return answer == health.Answer && failedPercent == health.FailedPercent && lost == health.MembersLost
                ? health
                : health = new(answer, failedPercent, lost);
        }
    }

    public CertificateEnds Certificates(AgentOptions options, TimeSpan now) => certificates.Look(options.CertificateFiles, now);
}
