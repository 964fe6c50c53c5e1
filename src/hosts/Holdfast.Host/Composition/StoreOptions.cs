using Holdfast.Configuration;
using Holdfast.Stores.Raft;

namespace Holdfast.Host.Composition;

/// <summary>From the operator's words to the embedded store's options.</summary>
internal static class StoreOptions
{
    /// <param name="raft">The <c>raft</c> section.</param>
    /// <param name="fallbackDirectory">Where the log goes when the section names no directory.</param>
    public static RaftStoreOptions Of(RaftConfiguration raft, string fallbackDirectory) => new()
    {
        SelfAddress = raft.SelfAddress.ToString(),
        BindAddress = raft.BindAddress == raft.SelfAddress ? null : raft.BindAddress.ToString(),
        PartnerAddresses = [.. raft.PartnerAddresses.Select(partner => partner.ToString())],
        DataDirectory = Path.GetFullPath(raft.DataDirectory ?? fallbackDirectory),
        Password = raft.Password,
        Tls = Tls(raft),
        Join = raft.Join,
    };

    public static RaftTls? Tls(RaftConfiguration raft) =>
        raft is { CertFile: { } certificate, CaFile: { } authority }
            ? new RaftTls(certificate, raft.KeyFile ?? certificate, authority)
            : null;
}
