using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads addresses: <c>host:port</c>, <c>[::1]:port</c>, several hosts before one port, a host alone.</summary>
internal static class Addresses
{
    public static HostPort? ParseAddress(string text, int defaultPort) =>
        ParseListen(text, defaultPort) is { Hosts: [var host], Port: var port } ? new(host, port) : null;

    public static ListenAddress? ParseListen(string text, int defaultPort)
    {
        var trimmed = text.Trim();
        var (hosts, port) = SplitPort(trimmed, defaultPort);
        if (port is < 1 or > 65535 || hosts.Length == 0)
        {
            return null;
        }

        var listed = hosts.Split(',', StringSplitOptions.TrimEntries).Select(WithoutBrackets).ToImmutableArray();
        return listed.All(IsHost) ? new(listed, port) : null;
    }

    private static (string Hosts, int Port) SplitPort(string text, int defaultPort)
    {
        var colon = text.LastIndexOf(':');
        var isBareAddress = colon < 0 || text.EndsWith(']') || (text.IndexOf(':', StringComparison.Ordinal) != colon && !text.Contains(']', StringComparison.Ordinal));
        if (isBareAddress)
        {
            return (text, defaultPort);
        }

        return int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (text[..colon], port)
            : (text, 0);
    }

    private static string WithoutBrackets(string host) => host is ['[', .. var inner, ']'] ? inner : host;

    private static bool IsHost(string host) =>
        host == "*"
        || (host.Contains(':', StringComparison.Ordinal)
            ? IPAddress.TryParse(host, out _)
            : host.Length > 0 && host.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_'));
}
