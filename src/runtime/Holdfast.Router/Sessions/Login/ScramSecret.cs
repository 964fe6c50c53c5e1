using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Router.Sessions.Login;

/// <summary>
/// What a server keeps of a password (RFC 5802; <c>SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey</c> in pg_authid). It proves a
/// client without telling its password.
/// </summary>
internal sealed record ScramSecret(int Iterations, byte[] Salt, byte[] StoredKey, byte[] ServerKey)
{
    private const string Prefix = "SCRAM-SHA-256$";
    private const int IterationsUsual = 4096;

    /// <summary>Null when the text is no such secret.</summary>
    public static ScramSecret? Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text[Prefix.Length..].Split('$') is not [var first, var second])
        {
            return null;
        }

        try
        {
            return first.Split(':') is [var iterations, var salt] && second.Split(':') is [var stored, var server]
                && int.TryParse(iterations, out var count) && count > 0
                ? new(count, Convert.FromBase64String(salt), Convert.FromBase64String(stored), Convert.FromBase64String(server))
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>A secret of our own for a password that is known.</summary>
    public static ScramSecret Of(string password, byte[] salt)
    {
        var keys = ScramKeys.Of(password, salt, IterationsUsual);
        return new(IterationsUsual, salt, SHA256.HashData(keys.ClientKey), keys.ServerKey);
    }

    public override string ToString() => "a SCRAM secret, not shown";
}

/// <summary>What a client proves itself with, for one salt and count.</summary>
internal sealed record ScramKeys(byte[] ClientKey, byte[] ServerKey)
{
    /// <summary>Passwords beyond ASCII are taken as they are: what PostgreSQL does when SASLprep does not apply.</summary>
    public static ScramKeys Of(string password, byte[] salt, int iterations)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, 32);
        return new(HMACSHA256.HashData(salted, "Client Key"u8), HMACSHA256.HashData(salted, "Server Key"u8));
    }

    public override string ToString() => "SCRAM keys, not shown";
}
