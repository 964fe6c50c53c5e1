namespace Holdfast.EndToEnd.Tests;

/// <summary>Waits for a state by looking at it, with a limit that only a broken test reaches.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public static Task TrueAsync(Func<bool> isReached, Func<string> words) => TrueAsync(() => Task.FromResult(isReached()), words);

    public static async Task TrueAsync(Func<Task<bool>> isReached, Func<string> words)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await isReached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, words());
            await Task.Delay(Look, TestContext.Current.CancellationToken);
        }
    }
}
