using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Holdfast.Router.Sessions.Protocol;

namespace Holdfast.Router.Sessions.Moving;

/// <summary>What a session has become by its client's statements, as its own server tells it, and how to make another one the same.</summary>
/// <param name="Settings">Set in the session, by name.</param>
/// <param name="Role">SET ROLE; null for none.</param>
/// <param name="Prepared">Prepared statements.</param>
/// <param name="Obstacles">What cannot be carried, in words; empty when everything can.</param>
internal sealed record SessionSnapshot(
    ImmutableArray<KeyValuePair<string, string>> Settings,
    string? Role,
    ImmutableArray<PreparedStatement> Prepared,
    ImmutableArray<string> Obstacles)
{
    /// <summary>
    /// One question, answered from the session's own views (pg_settings, pg_prepared_statements, pg_cursors, pg_locks). Settings of the
    /// application's own are in none of them: they are asked for by name.
    /// </summary>
    public static byte[] Question(IEnumerable<string> customSettings) => MessageWriter.Query($"""
        select 'setting', name, setting, '' from pg_catalog.pg_settings
          where source = 'session' and context <> 'internal' and name not in ('role', 'session_authorization', 'transaction_isolation', 'transaction_read_only', 'transaction_deferrable')
        union all select 'setting', name, pg_catalog.current_setting(name, true), ''
          from pg_catalog.unnest(array[{string.Join(',', customSettings.Select(Literal))}]::text[]) name where pg_catalog.current_setting(name, true) is not null
        union all select 'role', pg_catalog.current_setting('role'), '', '' where pg_catalog.current_setting('role') <> 'none'
        union all select case when from_sql then 'statement' else 'prepared' end, name, statement, parameter_types::oid[]::text from pg_catalog.pg_prepared_statements
        union all select 'obstacle', 'another session authorization', '', '' where session_user <> (select usename from pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) a join pg_catalog.pg_user u on u.usesysid = a.usesysid)
        union all select 'obstacle', 'temporary tables', '', '' where exists (select from pg_catalog.pg_class where relnamespace = pg_catalog.pg_my_temp_schema() and relkind in ('r', 'S', 'v', 'm', 'p'))
        union all select 'obstacle', 'LISTEN', '', '' where exists (select from pg_catalog.pg_listening_channels())
        union all select 'obstacle', 'advisory locks', '', '' where exists (select from pg_catalog.pg_locks where locktype = 'advisory' and pid = pg_catalog.pg_backend_pid())
        union all select 'obstacle', 'a cursor WITH HOLD', '', '' where exists (select from pg_catalog.pg_cursors where is_holdable)
        """);

    /// <summary>The messages that make a fresh session like this one; each ends with a ReadyForQuery.</summary>
    public ImmutableArray<byte[]> Restoration()
    {
        var messages = ImmutableArray.CreateBuilder<byte[]>();
        if (!Settings.IsEmpty)
        {
            messages.Add(MessageWriter.Query(
                "select " + string.Join(", ", Settings.Select(setting => $"pg_catalog.set_config({Literal(setting.Key)}, {Literal(setting.Value)}, false)"))));
        }

        if (Role is { } role)
        {
            messages.Add(MessageWriter.Query($"set role \"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
        }

        messages.AddRange(Prepared.Select(statement => statement.ToBytes()));
        return messages.ToImmutable();
    }

    private static string Literal(string text) => $" E'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Gathers the answer's rows.</summary>
    internal sealed class Builder
    {
        /// <summary>A client may speak another encoding: what is no UTF-8 must not be carried as something else.</summary>
        private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        private readonly ImmutableArray<KeyValuePair<string, string>>.Builder settings = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        private readonly ImmutableArray<PreparedStatement>.Builder prepared = ImmutableArray.CreateBuilder<PreparedStatement>();
        private readonly ImmutableArray<string>.Builder obstacles = ImmutableArray.CreateBuilder<string>();
        private string? role;

        /// <param name="body">Of a DataRow with four texts.</param>
        /// <exception cref="ArgumentException">It is none, or its texts are not UTF-8.</exception>
        /// <exception cref="FormatException">A type is no number.</exception>
        public void Add(ReadOnlySpan<byte> body)
        {
            var offset = 2;
            var (kind, first, second, third) = (Field(body, ref offset), Field(body, ref offset), Field(body, ref offset), Field(body, ref offset));
            switch (kind)
            {
                case "setting":
                    settings.Add(new(first, second));
                    break;
                case "role":
                    role = first;
                    break;
                case "prepared" or "statement":
                    prepared.Add(new(first, second, [.. third.Trim('{', '}').Split(',', StringSplitOptions.RemoveEmptyEntries).Select(uint.Parse)], kind == "statement"));
                    break;
                default:
                    obstacles.Add(first);
                    break;
            }
        }

        public SessionSnapshot Build() => new(settings.ToImmutable(), role, prepared.ToImmutable(), obstacles.ToImmutable());

        private static string Field(ReadOnlySpan<byte> body, ref int offset)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body[offset..]);
            offset += 4;
            if (length < 0)
            {
                return "";
            }

            var text = Strict.GetString(body.Slice(offset, length));
            offset += length;
            return text;
        }
    }
}

/// <param name="Name">Its name.</param>
/// <param name="Sql">As the client prepared it; the whole PREPARE when that was a statement.</param>
/// <param name="Types">Of its parameters, by their numbers.</param>
/// <param name="IsStatement">It was prepared by SQL's PREPARE.</param>
internal sealed record PreparedStatement(string Name, string Sql, ImmutableArray<uint> Types, bool IsStatement)
{
    public byte[] ToBytes()
    {
        if (IsStatement)
        {
            return MessageWriter.Query(Sql);
        }

        var writer = new MessageWriter().Begin((byte)'P').Text(Name).Text(Sql).ShortNumber(Types.Length);
        foreach (var type in Types)
        {
            writer.Number((int)type);
        }

        return writer.End().Begin((byte)'S').End().ToArray();
    }
}
