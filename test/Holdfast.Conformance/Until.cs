using System.Runtime.CompilerServices;
using Xunit;

namespace Holdfast.Conformance;

/// <summary>Waits for a state by looking at it, with a limit that only a broken test reaches.</summary>
public static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    public static async Task TrueAsync(Func<bool> isReached, [CallerArgumentExpression(nameof(isReached))] string words = "")
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!isReached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, $"never came true: {words}");
            await Task.Delay(Look, TestContext.Current.CancellationToken);
        }
    }
}
