using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Engines.PostgreSql.Jobs;

/// <summary>Makes what PostgreSQL stores instead of a password, so that the password itself is never sent or logged.</summary>
internal static class ScramVerifier
{
    private const int Iterations = 4096;
    private const int SaltBytes = 16;

    /// <summary>Null for a password outside ASCII, which PostgreSQL has to normalise itself.</summary>
    public static string? Of(string password)
    {
        if (!Ascii.IsValid(password))
        {
            return null;
        }

        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.ASCII.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA256, 32);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }
}
