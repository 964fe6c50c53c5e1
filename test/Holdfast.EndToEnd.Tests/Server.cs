using Holdfast.Demo.Canary;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Asks one server one thing.</summary>
internal static class Server
{
    /// <summary>The answer as text; the loss's words when the server cannot be asked.</summary>
    public static async Task<string> AskAsync(CanaryHost host, string question)
    {
        try
        {
            await using var source = host.Connections();
            await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
#pragma warning disable CA2100 // The questions are the tests' own.
            await using var command = connection.CreateCommand();
            command.CommandText = question;
            command.CommandTimeout = 60;
#pragma warning restore CA2100
            return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) as string ?? "";
        }
        catch (Exception exception) when (Connections.IsLoss(exception, TestContext.Current.CancellationToken))
        {
            return exception.Message;
        }
    }
}
