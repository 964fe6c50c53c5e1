using Holdfast.Browsing;

namespace Holdfast.Bench.People;

/// <summary>How long a person looks at nothing.</summary>
internal static class FirstPaint
{
    /// <summary>
    /// Opens a page in a browser that has never seen it; answers when its first words were painted, counted from the beginning of the navigation.
    /// </summary>
    /// <param name="page">Of an agent: <c>http://HOST:8008/dashboard/</c>, with <c>#/clusters</c> for the fleet.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">Nothing was painted within two minutes.</exception>
    public static async Task<TimeSpan> MeasureAsync(Uri page, CancellationToken cancellationToken)
    {
        using var browser = Browser.Open(page);
        return await browser.FirstContentfulPaintAsync(cancellationToken);
    }
}
