using System.Collections.Immutable;
using System.Net.Mail;
using Holdfast.Decisions.Configuration;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads the way to one target: the one section of it that is named after a way.</summary>
internal static class NotificationDeliveryReader
{
    private static readonly string[] Ways = ["webhook", "alertmanager", "slack", "smtp", "pagerduty"];

    public static string NoWay { get; } = $"says no way to reach it; write one of {string.Join(", ", Ways)}";

    public static NotificationDelivery? Read(Section target)
    {
        if (!target.IsPresent)
        {
            return null;
        }

        var stated = Ways.Where(way => target.Node(way) is not null).ToArray();
        if (stated.Length != 1)
        {
            target.Problems.Error(target.Origin, target.PathOf("").TrimEnd('.'), stated.Length == 0 ? NoWay : $"says more than one way to reach it ({string.Join(", ", stated)}): make each a target of its own");
            return null;
        }

        var section = target.Inner(stated[0]);
        var delivery = section.IsPresent ? Read(section, stated[0]) : null;
        section.RefuseUnknown();
        return delivery;
    }

    private static NotificationDelivery? Read(Section section, string way) => way switch
    {
        "webhook" => ReadWebhook(section),
        "alertmanager" => ReadAlertmanager(section),
        "slack" => ReadSlack(section),
        "smtp" => ReadSmtp(section),
        _ => ReadPagerDuty(section),
    };

    private static NotificationDelivery.Webhook? ReadWebhook(Section section)
    {
        var url = RequiredUrl(section, "https://hooks.example/holdfast");
        var (authorities, secret) = (section.Text("cafile"), section.Text("secret"));
        if (secret?.Length == 0)
        {
            section.Error("secret", "is empty; write one, or leave the key out");
        }

        return url is null ? null : new(url, authorities, secret);
    }

    private static NotificationDelivery.Slack? ReadSlack(Section section)
    {
        var url = RequiredUrl(section, "https://hooks.slack.com/services/T000/B000/secret");
        var authorities = section.Text("cafile");
        return url is null ? null : new(url, authorities);
    }

    private static NotificationDelivery.Alertmanager? ReadAlertmanager(Section section)
    {
        var url = RequiredUrl(section, "http://10.0.0.9:9093");
        var (authorities, login, token) = (section.Text("cafile"), ReadLogin(section), section.Text("token"));
        if (login is not null && token is not null)
        {
            section.Error("token", "stands beside a username; write one of them");
        }

        return url is null ? null : new(url, authorities, login, token);
    }

    private static NotificationDelivery.PagerDuty? ReadPagerDuty(Section section)
    {
        var key = section.RequiredText("routing_key", "the integration's key");
        var url = section.Node("url") is null ? null : Url(section);
        return key is null ? null : new(key, url);
    }

    private static NotificationDelivery.Smtp? ReadSmtp(Section section)
    {
        var security = section.Word("security", ("starttls", MailSecurity.StartTls), ("tls", MailSecurity.Tls), ("none", MailSecurity.None)) ?? MailSecurity.StartTls;
        var host = section.RequiredText("host", "mail.example");
        var port = (int)(section.Amount("port", Quantities.Plain, 1, ushort.MaxValue) ?? PortDefault(security));
        var authorities = section.Text("cafile");
        var login = ReadLogin(section);
        var from = section.RequiredText("from", "Holdfast <holdfast@db.example>");
        var to = section.Texts("to") ?? [];
        CheckMailboxes(section, from, to);
        if (login is not null && security == MailSecurity.None)
        {
            section.Warning("security", "is none, so the password is sent in the clear");
        }

        return host is null || from is null || to.IsEmpty
            ? null
            : new() { Server = new(host, port), Security = security, CaFile = authorities, Login = login, From = from, To = to };
    }

    private static int PortDefault(MailSecurity security) => security switch
    {
        MailSecurity.StartTls => 587,
        MailSecurity.Tls => 465,
        _ => 25,
    };

    private static void CheckMailboxes(Section section, string? from, ImmutableArray<string> to)
    {
        if (to.IsEmpty)
        {
            section.Missing("to", "[dba@ops.example]");
        }

        foreach (var (key, text) in to.Select(text => ("to", text)).Prepend(("from", from ?? "a@b")).Where(pair => !MailAddress.TryCreate(pair.Item2, out _)))
        {
            section.Error(key, $"'{text}' is not an address of a mailbox such as dba@ops.example");
        }
    }

    private static Credentials? ReadLogin(Section section)
    {
        var (username, password) = (section.Text("username"), section.Text("password"));
        if (username is null != password is null)
        {
            section.Error(username is null ? "password" : "username", "needs both username and password");
        }

        return username is not null && password is not null ? new(username, password) : null;
    }

    private static Uri? RequiredUrl(Section section, string example)
    {
        if (section.Node("url") is not null)
        {
            return Url(section);
        }

        section.Missing("url", example);
        return null;
    }

    private static Uri? Url(Section section)
    {
        const string Expected = "an address such as https://hooks.example/holdfast";
        if (section.Scalar("url", Expected) is not { } scalar)
        {
            return null;
        }

        if (Uri.TryCreate(scalar.Text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo.Length: 0 })
        {
            return url;
        }

        section.Wrong("url", scalar, Expected);
        return null;
    }
}
