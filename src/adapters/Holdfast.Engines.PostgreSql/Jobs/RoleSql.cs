using System.Collections.Immutable;
using Holdfast.Engines.Jobs;

namespace Holdfast.Engines.PostgreSql.Jobs;

/// <summary>Statements that make the roles of a new system.</summary>
internal static class RoleSql
{
    /// <summary>A password that has to be sent as it is must not end in the server's log.</summary>
    public const string Quiet = """
        SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_duration = off;
        SET log_min_error_statement = 'panic'; SET synchronous_commit = local
        """;

    public static readonly ImmutableArray<string> RewindFunctions =
    [
        "pg_catalog.pg_ls_dir(text, boolean, boolean)",
        "pg_catalog.pg_stat_file(text, boolean)",
        "pg_catalog.pg_read_binary_file(text)",
        "pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean)",
    ];

    /// <summary>Makes the role, or gives an existing one these options and this password.</summary>
    public static string CreateOrAlter(string name, string? password, IEnumerable<string> options)
    {
        var words = string.Join(' ', options.Select(Word).Append("LOGIN").Distinct(StringComparer.Ordinal));
        var secret = password is null ? "" : $" PASSWORD {Literal(ScramVerifier.Of(password) ?? password)}";
        var definition = $"{Identifier(name)} WITH {words}{secret}";
        return $"""
            DO $holdfast$ BEGIN
              IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = {Literal(name)}) THEN
                ALTER ROLE {definition};
              ELSE
                CREATE ROLE {definition};
              END IF;
            END $holdfast$
            """;
    }

    public static string GrantRewind(string name) =>
        string.Join("; ", RewindFunctions.Select(function => $"GRANT EXECUTE ON FUNCTION {function} TO {Identifier(name)}"));

    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Literal(string text) => text.Contains('\\', StringComparison.Ordinal)
        ? $" E'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'"
        : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <exception cref="JobFailedException">It is no plain word, so it could be a statement of its own.</exception>
    private static string Word(string option) => option.All(character => char.IsAsciiLetterOrDigit(character) || character is ' ' or '_')
        ? option.ToUpperInvariant()
        : throw new JobFailedException($"'{option}' is no option of a role");
}
