using Npgsql;

namespace Holdfast.Engines.PostgreSql.Observation;

/// <summary>
/// One connection that a caller never waits for longer than it likes: a question without an answer is abandoned together with the
/// connection. Cancelling it in the driver would wait for a database that may be frozen.
/// </summary>
internal sealed class DatabaseSession : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private NpgsqlConnection? _connection;
    private Task _pending = Task.CompletedTask;

    public DatabaseSession(NpgsqlConnectionStringBuilder settings)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString);
        builder.EnableTransportSecurity();

        // The agent reads text and numbers only; looking up every type of the database would cost a round trip.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        _source = builder.Build();
    }

    /// <summary>The first column of the first row; null when there is none.</summary>
    /// <exception cref="TimeoutException">No answer within the limit; the session is of no more use.</exception>
    public async Task<object?> AskAsync(string sql, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var question = AskAsync(sql);
        _pending = question;
        return await question.WaitAsync(limit, time, cancellationToken);
    }

    /// <summary>Waits as long as it takes.</summary>
    public async Task<object?> AskAsync(string sql)
    {
        _connection ??= await _source.OpenConnectionAsync(CancellationToken.None);
#pragma warning disable CA2100 // Statements are this adapter's own; names in them are quoted where they are composed.
        await using var command = new NpgsqlCommand(sql, _connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_pending.IsCompleted)
        {
            await CloseAsync();
        }
        else
        {
            // It ends with the question, at the latest when the database's process does.
            _ = CloseWhenAnsweredAsync();
        }
    }

    private async Task CloseWhenAnsweredAsync()
    {
        await _pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CloseAsync();
    }

    private async Task CloseAsync()
    {
        if (_connection is { } connection)
        {
            await connection.DisposeAsync();
        }

        await _source.DisposeAsync();
    }
}
