using Holdfast.Configuration;
using Holdfast.Probes;
using Microsoft.Extensions.Logging;

namespace Holdfast.Host.Composition;

/// <summary>From the section <c>probe</c> to a prober.</summary>
internal static class ProbeParts
{
    public static Prober Start(HoldfastConfiguration configuration, ProbeConfiguration section, ILoggerFactory loggers) =>
        Prober.Start(
            new ProbeOptions
            {
                Member = configuration.Name,
                IsMySql = configuration.MySql is not null,
                Host = section.Endpoint.Host,
                Port = section.Endpoint.Port,
                Database = section.Database,
                Username = section.Login.Username,
                Password = section.Login.Password,
                CaFile = section.CaFile,
                Tls = section.Tls switch
                {
                    ProbeTlsMode.Disable => ProbeTls.Disable,
                    ProbeTlsMode.Require => ProbeTls.Require,
                    ProbeTlsMode.VerifyCa => ProbeTls.VerifyCa,
                    ProbeTlsMode.VerifyFull => ProbeTls.VerifyFull,
                    _ => ProbeTls.Prefer,
                },
                HistoryFile = DatabaseParts.DirectoryOf(configuration) + ".probe.json",
                Limits = new(section.Interval, section.Timeout, (double)(section.ObjectivePercent / 100)),
            },
            HostClock.Time,
            loggers.CreateLogger<Prober>());
}
