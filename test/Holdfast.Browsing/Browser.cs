using Deque.AxeCore.Commons;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace Holdfast.Browsing;

/// <summary>Debian's Chromium without a window, as a person sees and uses it.</summary>
public sealed class Browser : IDisposable
{
    private const string Program = "/usr/bin/chromium";
    private const string DriverProgram = "/usr/bin/chromedriver";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private readonly ChromeDriver driver;

    private Browser(ChromeDriver driver) => this.driver = driver;

    /// <summary>Null when there is one to drive; otherwise why not.</summary>
    public static string? Missing => (File.Exists(Program), File.Exists(DriverProgram)) switch
    {
        (false, _) => $"there is no {Program}: install the package chromium",
        (_, false) => $"there is no {DriverProgram}: install the package chromium-driver",
        _ => null,
    };

    public static Browser Open(Uri address)
    {
        var options = new ChromeOptions { BinaryLocation = Program };
        options.AddArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars", "--window-size=1280,1000");
        var service = ChromeDriverService.CreateDefaultService(DriverProgram);
        service.SuppressInitialDiagnosticInformation = true;
        service.LogPath = "/dev/null";
        var browser = new Browser(new ChromeDriver(service, options));
        browser.driver.Navigate().GoToUrl(address);
        browser.driver.ExecuteScript("window.wasLoadedOnce = true");
        return browser;
    }

    /// <summary>Whether the page is still the one that was opened.</summary>
    public bool IsTheSamePage => driver.ExecuteScript("return window.wasLoadedOnce === true") is true;

    public string Title => driver.Title;

    public string Text(string selector) =>
        driver.ExecuteScript("const found = document.querySelector(arguments[0]); return found?.innerText ?? found?.textContent ?? ''", selector) as string ?? "";

    /// <summary>What has the focus: its label, its name or its words.</summary>
    public string Focused =>
        driver.ExecuteScript("const at = document.activeElement; return at.getAttribute('aria-label') || at.name || at.innerText") as string ?? "";

    /// <summary>The widest that anything is, which must be no wider than the window.</summary>
    public long ContentWidth => Convert.ToInt64(driver.ExecuteScript("return document.documentElement.scrollWidth"), null);

    public void Click(string button) => driver.FindElement(By.XPath($"//button[normalize-space()='{button}']")).Click();

    public void Fill(string field, string text) => driver.FindElement(By.Name(field)).SendKeys(text);

    /// <summary>One of several radio buttons.</summary>
    public void Check(string field, string value) => driver.FindElement(By.CssSelector($"input[name='{field}'][value='{value}']")).Click();

    /// <summary>One line of a list.</summary>
    public void Choose(string field, string option) => driver.FindElement(By.XPath($"//select[@name='{field}']/option[normalize-space()='{option}']")).Click();

    public void Press(string keys) => driver.SwitchTo().ActiveElement().SendKeys(keys);

    /// <summary>Goes on by the Tab key until something has the focus.</summary>
    public void TabTo(string name)
    {
        const int stepsMax = 80;
        for (var step = 0; step < stepsMax; step++)
        {
            if (Focused == name)
            {
                return;
            }

            Press(Keys.Tab);
        }

        throw new InvalidOperationException($"{name} cannot be reached by the Tab key");
    }

    /// <summary>Waits until the element says these words.</summary>
    /// <exception cref="TimeoutException">It does not within two minutes.</exception>
    public async Task SeesAsync(string selector, string words, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!Text(selector).Contains(words, StringComparison.Ordinal))
        {
            if (TimeProvider.System.GetElapsedTime(began) > Limit)
            {
                throw new TimeoutException($"{selector} does not say '{words}' but: {Text(selector)}");
            }

            await Task.Delay(Look, cancellationToken);
        }
    }

    /// <summary>
    /// When the browser painted the first words of the page, counted from the beginning of the navigation that opened it (the Performance API's
    /// <c>first-contentful-paint</c>).
    /// </summary>
    /// <exception cref="TimeoutException">It has painted nothing within two minutes.</exception>
    public async Task<TimeSpan> FirstContentfulPaintAsync(CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (driver.ExecuteScript("return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null") is { } painted)
            {
                return TimeSpan.FromMilliseconds(Convert.ToDouble(painted, null));
            }

            if (TimeProvider.System.GetElapsedTime(began) > Limit)
            {
                throw new TimeoutException("the page has painted nothing");
            }

            await Task.Delay(Look, cancellationToken);
        }
    }

    /// <summary>
    /// Puts a text into a field at once and waits until what follows from it is painted; answers how long that took.
    /// </summary>
    public TimeSpan Type(string field, string text) => TimeSpan.FromMilliseconds(Convert.ToDouble(
        driver.ExecuteAsyncScript(
            """
            const [field, text, done] = arguments;
            const input = document.getElementsByName(field)[0];
            const began = performance.now();
            input.value = text;
            input.dispatchEvent(new Event('input', { bubbles: true }));
            requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
            """,
            field,
            text),
        null));

    /// <summary>When the browser painted the largest part of what is there now, counted from the beginning of the navigation.</summary>
    public TimeSpan LargestContentfulPaint => TimeSpan.FromMilliseconds(Convert.ToDouble(
        driver.ExecuteAsyncScript(
            """
            const done = arguments[0];
            new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true });
            """),
        null));

    /// <summary>How many elements there are.</summary>
    public int Count(string selector) => driver.FindElements(By.CssSelector(selector)).Count;

    /// <summary>What axe-core objects to by the rules of WCAG 2 up to AA.</summary>
    public IEnumerable<string> AccessibilityObjections()
    {
        driver.ExecuteScript(new BundledAxeScriptProvider().GetScript());
        var found = driver.ExecuteAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
              .then((result) => done(result.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}: ${node.failureSummary}`))), (error) => done([String(error)]));
            """);
        return ((System.Collections.ObjectModel.ReadOnlyCollection<object>)found!).Cast<string>();
    }

    public void Resize(int width, int height) => driver.ExecuteCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        new() { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = false });

    public void Prefer(string scheme) => driver.ExecuteCdpCommand(
        "Emulation.setEmulatedMedia",
        new() { ["features"] = new[] { new Dictionary<string, object> { ["name"] = "prefers-color-scheme", ["value"] = scheme } } });

    public void Photograph(string path) => driver.GetScreenshot().SaveAsFile(path);

    public void PhotographPart(string selector, string path) => ((ITakesScreenshot)driver.FindElement(By.CssSelector(selector))).GetScreenshot().SaveAsFile(path);

    public void Dispose()
    {
        driver.Quit();
        driver.Dispose();
    }
}
