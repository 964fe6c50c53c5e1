using Holdfast.Api;
using Holdfast.Api.Tests;
using Holdfast.Model;

namespace Holdfast.Cli.Tests;

/// <summary>A cluster of three REST interfaces, each with its scripted agent, and a terminal in front of it.</summary>
internal sealed class Terminal : IClusterAccess, IAsyncDisposable
{
    private readonly RunningApi[] members;
    private readonly List<Uri> extra = [];

    private Terminal(RunningApi[] members)
    {
        this.members = members;
        Endpoints = [members[0].Address];
    }

    public ScriptedControl A => members[0].Control;

    public ScriptedControl B => members[1].Control;

    public IReadOnlyList<RunningApi> Members => members;

    public IReadOnlyList<Uri> Endpoints { get; set; }

    public IList<Uri> Extra => extra;

    public string? Username { get; set; }

    public string? Password { get; set; }

    public Dictionary<string, string> Environment { get; } = [];

    public static Task<Terminal> StartAsync() => StartAsync(view => view, options => options);

    public static async Task<Terminal> StartAsync(Func<ClusterView, ClusterView> change, Func<RestApiOptions, RestApiOptions> changeOptions)
    {
        var now = RunningApi.Now;
        string[] names = ["a", "b", "c"];
        var members = new List<RunningApi>();
        foreach (var name in names)
        {
            members.Add(await RunningApi.StartAsync(null, options => changeOptions(options with { Name = name })));
        }

        var terminal = new Terminal([.. members]);
        terminal.Show(change(Views.Primary(now)));
        return terminal;
    }

    /// <summary>Shows all members the same cluster, each at its real address.</summary>
    public void Show(ClusterView view)
    {
        foreach (var member in members)
        {
            var name = new MemberName(member.Options.Name);
            member.Control.View = view with
            {
                Self = name,
                Store = view.Store with
                {
                    Members = [.. view.Store.Members.Select(report => report with { ApiUrl = new Uri(members.First(other => other.Options.Name == report.Name.Text).Address, "patroni").ToString() })],
                },
            };
        }
    }

    public ScriptedStore Store { get; } = new();

    public Task<(int Status, string Output, string Error)> RunAsync(params string[] arguments) => AnswerAsync("", arguments);

    public async Task<(int Status, string Output, string Error)> AnswerAsync(string input, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var reader = new StringReader(input);
        var console = new CliConsole(output, error, reader, false, Environment);
        var root = HoldfastCli.Create(this, Store, console, TimeProvider.System, "0.1.0");
        var status = await HoldfastCli.RunAsync(root, arguments, console, CancellationToken.None);
        return (status, output.ToString(), error.ToString());
    }

    public ClusterConnection Open(string? configurationPath) => new() { Scope = "demo", Endpoints = Endpoints, Username = Username, Password = Password };

    public Task<IReadOnlyList<Uri>> FindMoreAsync(string? configurationPath, string scope, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Uri>>(extra);

    public Uri RouterPages(string? configurationPath) => throw new CommandFailedException("no router here");

    public async ValueTask DisposeAsync()
    {
        foreach (var member in members)
        {
            await member.DisposeAsync();
        }
    }
}
