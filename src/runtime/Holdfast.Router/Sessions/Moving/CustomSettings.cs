using System.Text;

namespace Holdfast.Router.Sessions.Moving;

/// <summary>
/// Settings of the application's own (<c>app.user_id</c>), which no view of the server lists: their names are picked up from the statements
/// that set them. A name too many does no harm, since the server is asked for the value.
/// </summary>
internal sealed class CustomSettings(IEnumerable<string> known)
{
    private const int NamesMax = 100;
    private readonly SortedSet<string> names = new(known, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyCollection<string> Names => names;

    /// <param name="type">Of the message: Query or Parse.</param>
    /// <param name="body">Of the message.</param>
    public void Note(byte type, ReadOnlySpan<byte> body)
    {
        var sql = type == (byte)'P' ? body[(body.IndexOf((byte)0) + 1)..] : body;
        if (IsSet(sql))
        {
            Add(sql[4..].Trim(" \t\r\n"u8));
        }

        AddCalls(sql, "set_config("u8);
        AddCalls(sql, "SET_CONFIG("u8);
    }

    private void AddCalls(ReadOnlySpan<byte> sql, ReadOnlySpan<byte> call)
    {
        for (var at = sql.IndexOf(call); at >= 0; at = sql.IndexOf(call))
        {
            sql = sql[(at + call.Length)..];
            Add(sql.TrimStart(" \t\r\n'"u8));
        }
    }

    private static bool IsSet(ReadOnlySpan<byte> sql) =>
        sql.Length > 4 && (sql[0] | 0x20) == 's' && (sql[1] | 0x20) == 'e' && (sql[2] | 0x20) == 't' && sql[3] is (byte)' ' or (byte)'\t' or (byte)'\n';

    private void Add(ReadOnlySpan<byte> text)
    {
        if (text.Length > 8 && Ascii.EqualsIgnoreCase(text[..8], "session "u8))
        {
            text = text[8..].TrimStart((byte)' ');
        }

        var length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit((char)text[length]) || text[length] is (byte)'_' or (byte)'.' or (byte)'$'))
        {
            length++;
        }

        if (text[..length].Contains((byte)'.') && names.Count < NamesMax)
        {
            names.Add(Encoding.ASCII.GetString(text[..length]));
        }
    }
}
