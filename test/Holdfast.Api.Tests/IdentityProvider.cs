using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api.Tests;

/// <summary>An OpenID Connect provider on loopback: its discovery document, its keys, and tokens that it signs.</summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly RSA key = RSA.Create(2048);
    private readonly RSA foreignKey = RSA.Create(2048);

    private IdentityProvider()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        application = builder.Build();
        application.Run(context => context.Response.WriteAsync(Answer(context.Request.Path)));
    }

    public Uri Issuer => new(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private string IssuerText => Issuer.ToString().TrimEnd('/');

    public static async Task<IdentityProvider> StartAsync()
    {
        var provider = new IdentityProvider();
        await provider.application.StartAsync();
        return provider;
    }

    /// <summary>A token as the provider gives it out, with these claims in place of the usual ones.</summary>
    public string Token(params (string Name, object Value)[] claims) => Sign(key, """{"alg":"RS256","kid":"k1","typ":"JWT"}""", claims);

    /// <summary>Signed by somebody else under the provider's key's name.</summary>
    public string ForeignToken() => Sign(foreignKey, """{"alg":"RS256","kid":"k1","typ":"JWT"}""", []);

    public string UnsignedToken() => $"{Part("""{"alg":"none","typ":"JWT"}""")}.{Part(Payload([]))}.";

    /// <summary>Signed with the public key as if it were a shared secret: the classic confusion of algorithms.</summary>
    public string ConfusedToken()
    {
        var text = $"{Part("""{"alg":"HS256","kid":"k1","typ":"JWT"}""")}.{Part(Payload([]))}";
        return $"{text}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(text)))}";
    }

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        key.Dispose();
        foreignKey.Dispose();
    }

    private string Sign(RSA signer, string header, (string Name, object Value)[] claims)
    {
        var text = $"{Part(header)}.{Part(Payload(claims))}";
        return $"{text}.{Base64Url.EncodeToString(signer.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private string Payload((string Name, object Value)[] claims)
    {
        var now = DateTimeOffset.UtcNow;
        var payload = new Dictionary<string, object>
        {
            ["iss"] = IssuerText,
            ["aud"] = "holdfast",
            ["sub"] = "u-17",
            ["preferred_username"] = "olga",
            ["groups"] = new[] { "everybody", "on-call" },
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
        };
        foreach (var (name, value) in claims)
        {
            payload[name] = value;
        }

        return JsonSerializer.Serialize(payload);
    }

    private string Answer(string path)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return path switch
        {
            "/.well-known/openid-configuration" => JsonSerializer.Serialize(new Dictionary<string, string> { ["issuer"] = IssuerText, ["jwks_uri"] = $"{IssuerText}/keys" }),
            "/keys" => JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["keys"] = new[]
                {
                    new Dictionary<string, string>
                    {
                        ["kty"] = "RSA",
                        ["kid"] = "k1",
                        ["use"] = "sig",
                        ["n"] = Base64Url.EncodeToString(parameters.Modulus),
                        ["e"] = Base64Url.EncodeToString(parameters.Exponent),
                    },
                },
            }),
            _ => "",
        };
    }

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
