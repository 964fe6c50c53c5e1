namespace Holdfast.Router.Sessions.Login;

/// <summary>PgBouncer's file of users: lines <c>"user" "secret"</c>, quotes doubled inside, <c>;</c> begins a comment.</summary>
public static class UserList
{
    /// <exception cref="FormatException">A line is none; the message names its number and never its text.</exception>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        Dictionary<string, string> users = new(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var rest = line.Trim();
            if (rest.IsEmpty || rest[0] == ';')
            {
                continue;
            }

            if (Quoted(ref rest) is not { Length: > 0 } user || Quoted(ref rest) is not { } secret)
            {
                throw new FormatException($"line {number} is not of the form \"user\" \"secret\"");
            }

            users[user] = secret;
        }

        return users;
    }

    private static string? Quoted(ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart();
        if (rest.IsEmpty || rest[0] != '"')
        {
            return null;
        }

        var text = new System.Text.StringBuilder();
        for (var at = 1; at < rest.Length; at++)
        {
            if (rest[at] != '"')
            {
                text.Append(rest[at]);
            }
            else if (at + 1 < rest.Length && rest[at + 1] == '"')
            {
                text.Append('"');
                at++;
            }
            else
            {
                rest = rest[(at + 1)..];
                return text.ToString();
            }
        }

        return null;
    }
}
