using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Notifications.Tests;

internal static class SimulatedTime
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    extension(FakeTimeProvider time)
    {
        /// <summary>Lets time go by until it has happened. Whoever began to wait meanwhile waits for the next step.</summary>
        public async Task<T> AdvanceUntilAsync<T>(Task<T> happening, CancellationToken cancellationToken)
        {
            for (var step = Step; !happening.IsCompleted; step *= 1.01)
            {
                time.Advance(step);
                await Task.WhenAny(happening, Task.Delay(1, cancellationToken));
            }

            return await happening;
        }
    }
}
