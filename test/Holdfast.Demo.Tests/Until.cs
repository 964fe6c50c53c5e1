namespace Holdfast.Demo.Tests;

/// <summary>Waits for a state by looking at it, with a limit that only a broken test reaches.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(Func<bool> isReached)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!isReached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, "the state was not reached");
            await Task.Delay(Look, TestContext.Current.CancellationToken);
        }
    }
}
