using System.Collections.Immutable;
using Holdfast.Configuration.Yaml;

namespace Holdfast.Configuration.Reading;

/// <summary>The servers of a store, as a section names them: one host, several, or a URL.</summary>
/// <param name="AreNamed">The section names some, be they readable or not.</param>
/// <param name="Hosts">None when the section names none, or none that can be read.</param>
/// <param name="SaysTls">A URL says https.</param>
/// <param name="Username">From a URL's user:password@.</param>
/// <param name="Password">From a URL's user:password@.</param>
internal sealed record ServerAddresses(bool AreNamed, ImmutableArray<HostPort> Hosts, bool SaysTls, string? Username, string? Password)
{
    public static ServerAddresses Read(Section section, int portDefault, params ReadOnlySpan<string> urlKeys)
    {
        var urls = new List<Uri>();
        var hosts = ImmutableArray.CreateBuilder<HostPort>();
        foreach (var text in ListedTexts(section))
        {
            // Patroni's users write URLs here as well.
            if (ParseUrl(text, portDefault) is { } url)
            {
                urls.Add(url);
            }
            else if (Addresses.ParseAddress(text, portDefault) is { } address)
            {
                hosts.Add(address);
            }
            else
            {
                section.Error("hosts", $"'{Secrets.WithoutPassword(text)}' is not an address such as 10.0.0.1:{portDefault}");
            }
        }

        if (section.Address("host", portDefault) is { } host)
        {
            hosts.Add(host);
        }

        var isNamed = section.Node("hosts") is not null || section.Node("host") is not null;
        foreach (var key in urlKeys)
        {
            isNamed |= section.Node(key) is not null;
            if (section.Text(key) is { } text)
            {
                if (ParseUrl(text, portDefault) is { } url)
                {
                    urls.Add(url);
                }
                else
                {
                    section.Error(key, $"not a URL such as http://10.0.0.1:{portDefault}");
                }
            }
        }

        hosts.AddRange(urls.Select(url => new HostPort(url.Host.Trim('[', ']'), url.Port)));
        var user = urls.Select(url => url.UserInfo).FirstOrDefault(info => info.Length > 0)?.Split(':', 2);
        return new(
            isNamed,
            [.. hosts.Distinct()],
            urls.Exists(url => url.Scheme == "https"),
            user is null ? null : Uri.UnescapeDataString(user[0]),
            user is [_, var password] ? Uri.UnescapeDataString(password) : null);
    }

    public ServerAddresses Required(Section section, int portDefault)
    {
        if (!AreNamed)
        {
            section.Missing("hosts", $"[10.0.0.1:{portDefault}]");
        }

        return this;
    }

    private static IEnumerable<string> ListedTexts(Section section) => section.Node("hosts") is ConfigNode.Scalar scalar
        ? scalar.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        : section.Texts("hosts") ?? [];

    private static Uri? ParseUrl(string text, int portDefault) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            ? null
            : url.IsDefaultPort && !text.Contains($":{url.Port}", StringComparison.Ordinal) ? new UriBuilder(url) { Port = portDefault }.Uri : url;
}
