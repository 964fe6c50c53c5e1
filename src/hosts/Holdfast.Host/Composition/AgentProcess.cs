using System.Collections.Immutable;
using Holdfast.Agent;
using Holdfast.Agent.Loop;
using Holdfast.Api;
using Holdfast.Api.Peers;
using Holdfast.Configuration;
using Holdfast.Decisions.Configuration;
using Holdfast.Guard;
using Holdfast.Host.Commands;
using Holdfast.Host.Logging;
using Holdfast.Model;
using Holdfast.Notifications.Center;
using Holdfast.Ports.Control;
using Holdfast.Ports.Fencing;
using Holdfast.Ports.Store;
using Microsoft.Extensions.Logging;

namespace Holdfast.Host.Composition;

#pragma warning disable CA1001 // The interface is disposed where it is made, asynchronously; the field is for reloads.
/// <summary>Puts the process of one member together, runs it, and takes it apart again in the right order.</summary>
internal sealed partial class AgentProcess
#pragma warning restore CA1001
{
    private readonly string? path;
    private readonly ILogger logger;
    private HoldfastConfiguration configuration;
    private RestApi? api;
    private RestPeers? peers;
    private RouterProcess? router;
    private DatabaseParts? database;
    private MemberAgent? member;
    private NotificationCenter? notifications;

    private AgentProcess(string? path, HoldfastConfiguration configuration, ILogger logger)
    {
        this.path = path;
        this.configuration = configuration;
        this.logger = logger;
    }

    public static async Task<int> RunAsync(string? path, HoldfastConfiguration configuration)
    {
        using var loggers = new LineLoggers(configuration.Log, HostClock.Time);
        var process = new AgentProcess(path, configuration, loggers.CreateLogger<AgentProcess>());
        return await process.RunAsync(loggers);
    }

    private async Task<int> RunAsync(LineLoggers loggers)
    {
        using var ending = new Ending();
        await using var exclusive = Parts.LockDirectory(DatabaseParts.DirectoryOf(configuration));
        var signal = new AgentSignal(HostClock.Time);
        var parts = database = DatabaseParts.Create(configuration, signal, loggers);
        await using var engine = parts.Engine;
        LogStarting(Product.Version, configuration.Name, configuration.Scope, parts.Product, parts.OsUser);

        await using var store = await Stores.OpenAsync(configuration, parts.DataDirectory, loggers);
        using var agentFence = new ThreadFence(HostClock.Time, parts.Killer.Kill, late =>
        {
            LogFenced(late.TotalMilliseconds);
            member?.NoteFenced(late);
        });
        using var guard = configuration.UsesGuard && parts.NeedsGuard ? Parts.CreateGuard(parts.DataDirectory, signal, loggers) : null;
        var guardedUntil = guard is null ? null : await StartGuardAsync(guard);

        using var others = peers = Parts.CreatePeers(configuration);
        await using var center = notifications = NotificationParts.CreateCenter(configuration, loggers);
        await using var probe = configuration.Probe is { } tried ? ProbeParts.Start(configuration, tried, loggers) : null;
        var ports = new AgentPorts(store, engine, others, Fences(agentFence, guard), ReloadAsync, HostClock.Time, loggers) { Notifications = center, Probe = probe, FencingNote = guard is null ? null : Parts.CreateNote(parts.DataDirectory, loggers) };
        var agent = member = new MemberAgent(Options(configuration), ports, signal, guardedUntil);
        await using var rest = api = new RestApi(ApiOptions.Of(configuration), agent.Control, HostClock.Time, loggers)
        {
            Shared = store is ISharedStore several ? new(several, configuration.Namespace) : null,
        };
        await StartApiAsync();
        using var telemetry = TelemetryParts.Start(configuration, rest, loggers);
        await using var routing = router = configuration.Router is null ? null : await RouterProcess.StartAsync(configuration, RouterPlace.InsideAgent, store, loggers);
        ending.OnHangUp(() => _ = ReloadAsync(CancellationToken.None));

        using var keeping = new CancellationTokenSource();
        var kept = guard?.KeepAsync(keeping.Token) ?? Task.CompletedTask;
        var refusal = await agent.RunAsync(ending.ShutDown, ending.Stopping);
        if (refusal is null)
        {
            guard?.Disarm();
        }

        await keeping.CancelAsync();
        await kept;
        await rest.StopAsync(CancellationToken.None);
        if (refusal is not null)
        {
            LogRefused(refusal);
            return Failure.Refused;
        }

        LogEnded();
        return 0;
    }

    private static async Task<TimeSpan?> StartGuardAsync(GuardFence guard)
    {
        try
        {
            return await guard.StartAsync(CancellationToken.None);
        }
        catch (TimeoutException exception)
        {
            throw new StartRefusedException($"{exception.Message} 'guard: off' runs without one, less safely.", exception);
        }
    }

    private static ImmutableArray<IFence> Fences(ThreadFence agentFence, GuardFence? guard) =>
        guard is null ? [agentFence] : [agentFence, guard];

    private async Task StartApiAsync()
    {
        try
        {
            await api!.StartAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is IOException or System.Security.Cryptography.CryptographicException)
        {
            throw new StartRefusedException($"restapi.listen {configuration.RestApi!.Listen}: {exception.Message}", exception);
        }
    }

    private static AgentOptions Options(HoldfastConfiguration configuration) => new()
    {
        Namespace = configuration.Namespace,
        Scope = configuration.Scope,
        Name = new MemberName(configuration.Name),
        ConnectUrl = DatabaseParts.ConnectUrl(configuration),
        ApiUrl = ApiOptions.Url(configuration.RestApi!),
        Version = Product.Version,
        Tags = new MemberTags
        {
            NoFailover = configuration.Tags.NoFailover,
            FailoverPriority = configuration.Tags.FailoverPriority,
            NoSync = configuration.Tags.NoSync,
            NoLoadBalance = configuration.Tags.NoLoadBalance,
            CloneFrom = configuration.Tags.CloneFrom,
            ReplicateFrom = configuration.Tags.ReplicateFrom,
        },
        TagsJson = configuration.Tags.PublishedJson,
        InitialConfiguration = Initial(configuration),
        CertificateFiles = CertificateFiles.Of(configuration),
    };

    /// <summary>A cluster that begins on a store of somebody else's outlives it, unless the operator says otherwise.</summary>
    private static string Initial(HoldfastConfiguration configuration)
    {
        var stated = configuration.Bootstrap.DynamicConfiguration;
        return Stores.IsExternal(configuration) ? DynamicConfiguration.Merge("""{"failsafe_mode": true}""", stated).Json : stated;
    }

    /// <summary>Reads the file again; a file with errors changes nothing.</summary>
    private async Task<ControlAnswer> ReloadAsync(CancellationToken cancellationToken)
    {
        var result = LocalConfiguration.Load(path, ConfigurationPurpose.Agent);
        if (result.Configuration is not { } reloaded)
        {
            var first = result.Problems.First(problem => problem.Severity == ProblemSeverity.Error);
            LogReloadRefused(first.ToString());
            return new ControlAnswer(ControlOutcome.BadRequest, first.ToString());
        }

        ImmutableArray<NotificationTarget> targets;
        try
        {
            targets = NotificationParts.Targets(reloaded);
        }
        catch (StartRefusedException exception)
        {
            LogReloadRefused(exception.Message);
            return new ControlAnswer(ControlOutcome.BadRequest, exception.Message);
        }

        configuration = reloaded;
        await notifications!.ReloadAsync(targets);
        api!.Reload(ApiOptions.Of(reloaded));
        peers!.Reload(Parts.Peers(reloaded));
        router?.Reload(reloaded);
        database!.Reload(reloaded);
        member!.Reload(Options(reloaded));
        LogReloaded();
        return new ControlAnswer(ControlOutcome.Done, "reload scheduled");
    }

    [LoggerMessage(1401, LogLevel.Information, "holdfast {Version}: member {Name} of cluster {Scope}; {Database} runs as the user {OsUser}")]
    private partial void LogStarting(string version, string name, string scope, string database, string osUser);

    [LoggerMessage(1402, LogLevel.Critical, "The lease was about to end: the agent has killed its database ({LateMilliseconds:0} ms after the deadline)")]
    private partial void LogFenced(double lateMilliseconds);

    [LoggerMessage(1403, LogLevel.Information, "The configuration was read again")]
    private partial void LogReloaded();

    [LoggerMessage(1404, LogLevel.Error, "The configuration was not taken up: {Problem}")]
    private partial void LogReloadRefused(string problem);

    [LoggerMessage(1406, LogLevel.Critical, "{Why}")]
    private partial void LogRefused(string why);

    [LoggerMessage(1405, LogLevel.Information, "The agent has ended")]
    private partial void LogEnded();
}
