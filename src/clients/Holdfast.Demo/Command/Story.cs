using Spectre.Console;

namespace Holdfast.Demo.Command;

/// <summary>Tells what happens, a sentence a step; on a terminal something moves while one waits.</summary>
internal sealed class Story(IAnsiConsole console)
{
    private const int WideEnough = 120;

    public IAnsiConsole Console { get; } = Widen(console);

    public void Title(string text)
    {
        Console.WriteLine();
        Console.MarkupLineInterpolated($"[bold]{text}[/]");
    }

    public void Say(string sentence) => Console.MarkupLineInterpolated($"  {sentence}");

    public void Good(string sentence) => Console.MarkupLineInterpolated($"  [green]{sentence}[/]");

    public void Bad(string sentence) => Console.MarkupLineInterpolated($"  [red]{sentence}[/]");

    /// <summary>Runs the work; on a terminal a line below the sentences shows the latest of what it reports.</summary>
    public Task<T> WatchAsync<T>(string waiting, Func<Action<string>, Task<T>> work) =>
        Console.Profile.Capabilities.Interactive && Console.Profile.Capabilities.Ansi
            ? Console.Status().StartAsync(Markup.Escape(waiting), context => work(text => context.Status(Markup.Escape(text))))
            : work(_ => { });

    // A log file has no width; a table must not be folded for one that was assumed.
    private static IAnsiConsole Widen(IAnsiConsole console)
    {
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = WideEnough;
        }

        return console;
    }
}
