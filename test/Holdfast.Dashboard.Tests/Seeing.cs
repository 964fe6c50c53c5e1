using Holdfast.Browsing;

namespace Holdfast.Dashboard.Tests;

internal static class Seeing
{
    public static Task SeesAsync(this Browser browser, string selector, string words) => browser.SeesAsync(selector, words, TestContext.Current.CancellationToken);
}
