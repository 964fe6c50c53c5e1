namespace Holdfast.Engines.PostgreSql.Processes;

/// <summary>Keeps passwords out of words that people read.</summary>
internal sealed class Secrets(PostgreSqlOptions options)
{
    private readonly string[] _passwords =
    [
        .. new[] { options.Superuser.Password, options.Replication.Password, options.Rewind?.Password }
            .Concat(options.Bootstrap.Users.Select(user => user.Password))
            .OfType<string>()
            .Where(password => password.Length > 0)
            .OrderByDescending(password => password.Length),
    ];

    public string Redact(string text) =>
        _passwords.Aggregate(text, (result, password) => result.Replace(password, "***", StringComparison.Ordinal));
}
