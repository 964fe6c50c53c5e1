namespace Holdfast.Configuration.Reading;

/// <summary>Reads the sections <c>tls</c>, towards clients, and <c>server_tls</c>, towards members.</summary>
internal static class RouterTlsReader
{
    public static RouterTlsConfiguration? ReadClientSide(Section section)
    {
        if (!section.IsPresent)
        {
            return null;
        }

        var tls = new RouterTlsConfiguration
        {
            CertFile = section.RequiredText("certfile", "/etc/holdfast/router.pem") ?? "",
            KeyFile = section.Text("keyfile"),
            CaFile = section.Text("cafile"),
            RequiresClientCertificate = section.Word("verify_client", ("none", false), ("required", true)) ?? false,
        };
        if (tls is { RequiresClientCertificate: true, CaFile: null })
        {
            section.Error("verify_client", "needs cafile: the authority whose client certificates are accepted");
        }

        if (tls is { RequiresClientCertificate: false, CaFile: not null })
        {
            section.Warning("cafile", "has no effect without verify_client: required");
        }

        section.RefuseUnknown();
        return tls;
    }

    public static RouterServerTlsConfiguration ReadServerSide(Section section, bool clientsShowCertificates)
    {
        var tls = new RouterServerTlsConfiguration
        {
            Mode = section.Word(
                "mode",
                ("disable", RouterServerTlsMode.Disable),
                ("prefer", RouterServerTlsMode.Prefer),
                ("require", RouterServerTlsMode.Require),
                ("verify-ca", RouterServerTlsMode.VerifyCa),
                ("verify-full", RouterServerTlsMode.VerifyFull)) ?? new RouterServerTlsConfiguration().Mode,
            CaFile = section.Text("cafile"),
            CertFile = section.Text("certfile"),
            KeyFile = section.Text("keyfile"),
        };
        CheckAuthority(section, tls);
        if (tls.CertFile is not null && !clientsShowCertificates)
        {
            section.Error("certfile", "needs tls.verify_client: required; otherwise a client without a certificate could be any user");
        }

        if (tls is { KeyFile: not null, CertFile: null })
        {
            section.Error("keyfile", "has no certificate; write certfile as well");
        }

        section.RefuseUnknown();
        return tls;
    }

    private static void CheckAuthority(Section section, RouterServerTlsConfiguration tls)
    {
        var verifies = tls.Mode is RouterServerTlsMode.VerifyCa or RouterServerTlsMode.VerifyFull;
        if (verifies && tls.CaFile is null)
        {
            section.Error("mode", "needs cafile: the authority that members' certificates are from");
        }

        // Whoever names an authority believes that it is asked.
        if (!verifies && tls.CaFile is not null)
        {
            section.Error("cafile", "is not looked at in this mode; write 'mode: verify-full' (or verify-ca) as well");
        }
    }
}
