using System.Diagnostics;
using System.Runtime.CompilerServices;
using Holdfast.Chaos;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Runs the executable as a person or a service manager would, until it ends.</summary>
internal static class CommandLine
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static string Program { get; } = HoldfastProgram.Find(null)[0];

    public static string RepositoryRoot { get; } = FindRoot();

    public static Task<Ended> HoldfastAsync(params string[] arguments) => RunAsync([Program, .. arguments]);

    private static string FindRoot([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here) ?? "", "..", ".."));

    /// <summary>What somebody types who is asked something.</summary>
    public static Task<Ended> AnswerAsync(string answer, params string[] arguments) => RunAsync([Program, .. arguments], answer);

    public static Task<Ended> RunAsync(IReadOnlyList<string> command) => RunAsync(command, "");

    private static async Task<Ended> RunAsync(IReadOnlyList<string> command, string answer)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        }) ?? throw new InvalidOperationException($"{command[0]} did not start");
        await process.StandardInput.WriteAsync(answer);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}

/// <summary>How a program ended and what it said.</summary>
internal sealed record Ended(int Status, string Output, string Errors)
{
    public string All => $"status {Status}\n{Output}\n{Errors}";
}
