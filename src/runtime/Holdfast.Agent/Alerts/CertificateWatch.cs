using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Model.Alerts;
using Microsoft.Extensions.Logging;

namespace Holdfast.Agent.Alerts;

/// <summary>Until when the certificate files are good that this member uses; read again once a minute, since they are replaced where they lie.</summary>
internal sealed partial class CertificateWatch(ILogger logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private readonly HashSet<string> complained = new(StringComparer.Ordinal);
    private IReadOnlyList<CertificateFile>? read;
    private TimeSpan readAt;
    private CertificateEnds ends = CertificateEnds.None;

    public CertificateEnds Look(IReadOnlyList<CertificateFile> files, TimeSpan now)
    {
        if (files != read || now - readAt >= Every)
        {
            var found = new CertificateEnds([.. files.Select(End).OfType<CertificateEnd>().OrderBy(end => end.Setting, StringComparer.Ordinal)]);
            ends = found.Equals(ends) ? ends : found;
            (read, readAt) = (files, now);
        }

        return ends;
    }

    private CertificateEnd? End(CertificateFile file)
    {
        try
        {
            X509Certificate2Collection certificates = [];
            certificates.ImportFromPemFile(file.Path);
            DateTime? first = null;
            foreach (var certificate in certificates)
            {
                first = first is { } known && known < certificate.NotAfter ? known : certificate.NotAfter;
                certificate.Dispose();
            }

            complained.Remove(file.Setting);
            return first is { } end ? new(file.Setting, new DateTimeOffset(end.ToUniversalTime())) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            if (complained.Add(file.Setting))
            {
                LogUnread(file.Setting, exception.Message);
            }

            return null;
        }
    }

    [LoggerMessage(1121, LogLevel.Warning, "Until when the certificate of {Setting} is good is not known: {Why}")]
    private partial void LogUnread(string setting, string why);
}
