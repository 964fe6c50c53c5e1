using Holdfast.Ports.Store;
using Microsoft.Extensions.Logging;

namespace Holdfast.Agent.Store;

/// <summary>Looks now and then how the store's own members are, apart from the loop, which waits for nobody that is lost.</summary>
internal sealed partial class StoreMembersWatch(IStoreMembers? members, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private const int Unknown = -1;
    private volatile int lost = Unknown;

    /// <summary>How many did not answer at the last look; null where that is not known.</summary>
    public int? Lost => lost is var known && known != Unknown ? known : null;

    public async Task FollowAsync(CancellationToken stopping)
    {
        while (members is not null && !stopping.IsCancellationRequested)
        {
            await LookAsync(members, stopping);
            await Task.Delay(Every, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task LookAsync(IStoreMembers members, CancellationToken stopping)
    {
        try
        {
            var count = await members.CountLostAsync(stopping);
            if (count > 0 && count != lost)
            {
                LogLost(count);
            }
            else if (count == 0 && lost > 0)
            {
                LogBack();
            }

            lost = count;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The agent ends.
        }
        catch (StoreUnavailableException)
        {
            lost = Unknown;
        }
#pragma warning disable CA1031 // The edge of a loop: a look that fails must not end the agent.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            lost = Unknown;
            LogFailed(exception);
        }
    }

    [LoggerMessage(1111, LogLevel.Warning, "{Count} members of the store do not answer")]
    private partial void LogLost(int count);

    [LoggerMessage(1113, LogLevel.Information, "Every member of the store answers again")]
    private partial void LogBack();

    [LoggerMessage(1112, LogLevel.Error, "How the store's members are could not be looked up")]
    private partial void LogFailed(Exception exception);
}
