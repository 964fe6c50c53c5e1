using System.Data.Common;
using System.Globalization;

namespace Holdfast.Probes;

/// <summary>One connection over which the row is written and read, as a client holds one.</summary>
internal sealed class CanarySession(CanaryDatabase database, string member, DbConnection connection, TimeSpan openedAt) : IAsyncDisposable
{
    /// <summary>On the monotonic clock.</summary>
    public TimeSpan OpenedAt => openedAt;

    public static async Task<CanarySession> OpenAsync(CanaryDatabase database, string member, TimeSpan now)
    {
        var connection = database.Connections.CreateConnection();
        try
        {
            await connection.OpenAsync(CancellationToken.None);
            return new(database, member, connection, now);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes the table where it is not there.</summary>
    public async Task<bool> PrepareAsync()
    {
        await using var question = Command(database.HasTable);
        if (Convert.ToBoolean(await question.ExecuteScalarAsync(CancellationToken.None), CultureInfo.InvariantCulture))
        {
            return true;
        }

        await using var creation = Command(database.Creation);
        await creation.ExecuteNonQueryAsync(CancellationToken.None);
        return false;
    }

    /// <summary>The row's number; null where there is no row.</summary>
    public async Task<long?> ReadAsync()
    {
        await using var command = Command(database.Reading, ("member", member));
        return await command.ExecuteScalarAsync(CancellationToken.None) as long?;
    }

    /// <summary>Ends when the server has acknowledged the write.</summary>
    public async Task<long> WriteAsync(long sequence)
    {
        await using var command = Command(database.Writing, ("member", member), ("sequence", sequence));
        return await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private DbCommand Command(string text, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are the databases' own.
        command.CommandText = text;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(database.Parameter(name, value));
        }

        return command;
    }
}
