using Holdfast.Browsing;

namespace Holdfast.Dashboard.Tests;

/// <summary>Screenshots for the documentation, taken only when <c>HOLDFAST_PICTURES</c> names the folder for them.</summary>
internal static class Pictures
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("HOLDFAST_PICTURES");

    public static void Take(Browser browser, string name, string scheme)
    {
        if (Folder is null)
        {
            return;
        }

        browser.Prefer(scheme);
        browser.Resize(1120, 900);
        browser.Photograph(Path.Combine(Folder, $"{name}-{scheme}.png"));
        browser.Prefer("light");
    }

    /// <summary>What is there of one part of the page.</summary>
    public static void TakeOf(Browser browser, string name, string selector)
    {
        if (Folder is null)
        {
            return;
        }

        browser.Resize(1120, 3200);
        browser.PhotographPart(selector, Path.Combine(Folder, name + ".png"));
        browser.Resize(1120, 900);
    }

    public static void TakeOnPhone(Browser browser, string name)
    {
        if (Folder is null)
        {
            return;
        }

        browser.Resize(360, 900);
        browser.Photograph(Path.Combine(Folder, name + ".png"));
        browser.Resize(1120, 900);
    }
}
