using System.Net.Sockets;
using Holdfast.Engines.PostgreSql.Configuration;
using Holdfast.Engines.PostgreSql.Processes;
using Npgsql;

namespace Holdfast.Engines.PostgreSql.Observation;

/// <summary>How the database answered.</summary>
internal enum AnswerKind
{
    /// <summary>No answer within the limit; it may come yet.</summary>
    Unknown,
    Answered,

    /// <summary>It takes no connections: it starts, recovers or shuts down.</summary>
    NotAccepting,

    /// <summary>The connection broke or was refused.</summary>
    Broken,
}

internal readonly record struct Answer(AnswerKind Kind, string Text);

/// <summary>
/// The agent's one lasting connection to its own database. A question that is not answered in time stays the only one open:
/// the next look waits for it first, and neither connections nor cancel requests pile up at a database that hangs.
/// </summary>
internal sealed class LocalConnection(PostgreSqlOptions options, TimeProvider time) : IAsyncDisposable
{
    private DatabaseSession? _session;
    private Task<Answer>? _late;
    private bool _takesOtherWay;

    /// <summary>The host as libpq takes it: a socket's directory or an address.</summary>
    public string Host => Way(_takesOtherWay);

    public async Task<Answer> AskAsync(string sql, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        try
        {
            if (_late is not null)
            {
                // What it says is as old as the question: only that it came matters.
                await _late.WaitAsync(options.QueryTimeout, time, cancellationToken);
            }

            _late = AskOnceAsync(sql);
            var left = options.QueryTimeout - time.GetElapsedTime(startedAt);
            var answer = await _late.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
            _late = null;
            return answer;
        }
        catch (TimeoutException)
        {
            return new(AnswerKind.Unknown, $"no answer within {options.QueryTimeout.TotalMilliseconds:0} ms");
        }
    }

    /// <summary>Whether it accepts connections, asked on a connection of its own.</summary>
    public async Task<Answer> ProbeAsync(CancellationToken cancellationToken)
    {
        await using var session = Begin(options.Database);
        try
        {
            await session.AskAsync("SELECT 1", options.QueryTimeout, time, cancellationToken);
            return new(AnswerKind.Answered, "");
        }
        catch (TimeoutException)
        {
            return new(AnswerKind.Unknown, "no answer");
        }
        catch (Exception error) when (IsRefusal(error))
        {
            return Explain(error);
        }
    }

    /// <summary>A session of the caller's own, for work that may take longer than a look.</summary>
    public DatabaseSession Begin(string database) => new(Settings(Host, database));

    public async ValueTask DisposeAsync()
    {
        if (_session is { } session && _late is null or { IsCompleted: true })
        {
            await session.DisposeAsync();
        }
    }

    private async Task<Answer> AskOnceAsync(string sql)
    {
        try
        {
            var session = _session ??= new(Settings(Host, options.Database));
            return new(AnswerKind.Answered, await session.AskAsync(sql) as string ?? "");
        }
        catch (Exception error) when (IsRefusal(error))
        {
            await DropAsync();
            return Explain(error);
        }
    }

    private static bool IsRefusal(Exception error) =>
        error is NpgsqlException or SocketException or IOException or InvalidOperationException;

    /// <summary>What the one way refuses, the next attempt tries by the other: the operator's rules may allow only one of them.</summary>
    private Answer Explain(Exception error)
    {
        if (error is PostgresException { SqlState: ['2', '8', ..] } || error.InnerException is SocketException)
        {
            _takesOtherWay = !_takesOtherWay;
        }

        return new(error is PostgresException { SqlState: "57P03" } ? AnswerKind.NotAccepting : AnswerKind.Broken, error.Message);
    }

    private async Task DropAsync()
    {
        var session = _session;
        _session = null;
        if (session is not null)
        {
            await session.DisposeAsync();
        }
    }

    private NpgsqlConnectionStringBuilder Settings(string host, string database)
    {
        var settings = ConnectionInfo.Agent(options, options.Superuser, host, options.Listen.Port);
        settings.Database = database;
        return settings;
    }

    private string Way(bool isOther) => options.UseUnixSocket != isOther && SocketDirectory() is { } sockets ? sockets : options.Listen.LocalHost;

    private string? SocketDirectory()
    {
        var directory = options.UnixSocketDirectory?.Split(',')[0].Trim() ?? PostmasterFile.Read(options.DataDirectory)?.SocketDirectory;
        return string.IsNullOrEmpty(directory) ? null : directory;
    }
}
