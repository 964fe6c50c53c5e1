using System.Collections.Frozen;
using System.Security.Cryptography;
using Holdfast.Api.Serving;
using Holdfast.Model;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Api.Dashboard;

/// <summary>The dashboard's files and the rules' pages, which are part of this assembly.</summary>
internal static class DashboardFiles
{
    public const string Path = "/dashboard";
    private const string Index = "index.html";

    private static readonly FrozenDictionary<string, File> Files = typeof(DashboardFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("dashboard/", StringComparison.Ordinal))
        .ToFrozenDictionary(name => name["dashboard/".Length..], Read, StringComparer.Ordinal);

    public static bool IsBelow(string path) => path == Path || path.StartsWith(Path + "/", StringComparison.Ordinal);

    public static Reply Get(string path, HttpRequest request, ClusterView? view)
    {
        if (path == Path)
        {
            // Relative, so that it holds behind a proxy that has put something before the path.
            return Reply.Empty(StatusCodes.Status302Found) with { Headers = [new(HeaderNames.Location, "dashboard/")] };
        }

        var name = path[(Path.Length + 1)..];
        if (!Files.TryGetValue(name.Length == 0 ? Index : name, out var file))
        {
            return Reply.Words(StatusCodes.Status404NotFound, "the dashboard has no such page") with { Headers = Protection(view), ContentType = "text/plain; charset=utf-8" };
        }

        IReadOnlyList<KeyValuePair<string, string>> headers = [.. Protection(view), new(HeaderNames.ETag, file.Tag), new(HeaderNames.CacheControl, "no-cache")];
        return request.Headers.IfNoneMatch.ToString().Contains(file.Tag, StringComparison.Ordinal)
            ? Reply.Empty(StatusCodes.Status304NotModified) with { Headers = headers }
            : new Reply(StatusCodes.Status200OK, file.Body, file.ContentType) { Headers = headers };
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Protection(ClusterView? view) =>
    [
        new(HeaderNames.ContentSecurityPolicy, $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src {string.Join(' ', CrossOrigin.MemberOrigins(view).Prepend("'self'"))}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"),
        new(HeaderNames.XFrameOptions, "DENY"),
        new(HeaderNames.XContentTypeOptions, "nosniff"),
        new("Referrer-Policy", "no-referrer"),
        new("Cross-Origin-Opener-Policy", "same-origin"),
    ];

    private static File Read(string name)
    {
        using var stream = typeof(DashboardFiles).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not part of this assembly");
        var body = new byte[stream.Length];
        stream.ReadExactly(body);
        return new(body, ContentTypeOf(name), $"\"{Convert.ToHexStringLower(SHA256.HashData(body)[..12])}\"");
    }

    private static string ContentTypeOf(string name) => System.IO.Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };

    private sealed record File(byte[] Body, string ContentType, string Tag);
}
