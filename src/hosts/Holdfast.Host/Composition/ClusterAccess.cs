using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Cli;
using Holdfast.Configuration;
using Holdfast.Decisions.Alerts;
using Holdfast.Decisions.Configuration;
using Holdfast.Host.Commands;
using Holdfast.Model.Alerts;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Host.Composition;

/// <summary>How the command line finds a cluster: by the configuration file, the environment, and the embedded store.</summary>
internal sealed class ClusterAccess : IClusterAccess
{
    /// <summary>Where a configuration is looked for when none is named, in order.</summary>
    private static readonly string[] UsualVariables = ["HOLDFAST_CONFIG_FILE", "PATRONICTL_CONFIG_FILE", "PATRONI_CONFIG_FILE"];

    public ClusterConnection Open(string? configurationPath)
    {
        var configuration = Load(configurationPath);
        var ctl = configuration.Ctl;
        var credentials = ctl.Authentication;
        var scheme = configuration.RestApi?.CertFile is null ? "http" : "https";
        return new ClusterConnection
        {
            Scope = configuration.Scope.Length > 0 ? configuration.Scope : null,
            Endpoints = configuration.RestApi is { } rest ? [new Uri($"{scheme}://{rest.ConnectAddress}/")] : [],
            Username = credentials?.Username,
            Password = credentials?.Password,
            Token = ctl.Token,
            CaFile = ctl.CaCert ?? configuration.RestApi?.CaFile,
            CertFile = ctl.CertFile,
            KeyFile = ctl.KeyFile,
            KeyFilePassword = ctl.KeyFilePassword,
            Insecure = ctl.Insecure,
        };
    }

    /// <summary>Asks the store where the cluster's members are.</summary>
    public async Task<IReadOnlyList<Uri>> FindMoreAsync(string? configurationPath, string scope, CancellationToken cancellationToken)
    {
        var configuration = Load(configurationPath);
        await using var store = Stores.OpenClient(configuration, NullLoggerFactory.Instance);
        if (store is null)
        {
            return [];
        }

        try
        {
            var keys = new ClusterKeys(configuration.Namespace, scope);
            var image = await store.ReadAsync(keys.MembersPrefix, cancellationToken);
            return [.. image.Entries.Select(ApiUrl).OfType<Uri>()];
        }
        catch (StoreUnavailableException)
        {
            return [];
        }
    }

    public Uri RouterPages(string? configurationPath)
    {
        var result = LocalConfiguration.Load(configurationPath ?? UsualPath(), ConfigurationPurpose.Router);
        var api = (result.Configuration ?? throw Unusable(result)).Router!.Api;
        var host = api.Hosts is [not ("*" or "0.0.0.0" or "::"), ..] ? api.Hosts[0] : "127.0.0.1";
        return new($"http://{new HostPort(host, api.Port)}/");
    }

    /// <summary>The alert rules that a cluster goes by; the defaults where no configuration leads to a cluster's store.</summary>
    /// <exception cref="CommandFailedException">The configuration cannot be used, or the store does not answer.</exception>
    public static async Task<ImmutableArray<AlertRule>> AlertRulesAsync(string? configurationPath, string? scope, CancellationToken cancellationToken)
    {
        if ((configurationPath ?? UsualPath()) is not { } path)
        {
            return AlertDefaults.Rules;
        }

        var configuration = Load(path);
        await using var store = Stores.OpenClient(configuration, NullLoggerFactory.Instance);
        if (store is null)
        {
            return AlertDefaults.Rules;
        }

        try
        {
            var keys = new ClusterKeys(configuration.Namespace, scope ?? configuration.Scope);
            var image = await store.ReadAsync(keys.Prefix, cancellationToken);
            var stated = image.Entries.FirstOrDefault(entry => entry.Key == keys.Config)?.Value
                ?? throw new CommandFailedException($"the store knows no cluster '{scope ?? configuration.Scope}'; --defaults goes by the default alerts");
            return DynamicConfiguration.ToPolicy(stated).Policy.AlertRules;
        }
        catch (StoreUnavailableException exception)
        {
            throw new CommandFailedException($"the cluster's alert rules cannot be read: {exception.Message}; --defaults goes by the default ones");
        }
    }

    private static CommandFailedException Unusable(ConfigurationResult result) =>
        new(string.Join('\n', result.Problems.Where(problem => problem.Severity == ProblemSeverity.Error)));

    private static Uri? ApiUrl(StoreEntry entry)
    {
        try
        {
            var document = JsonSerializer.Deserialize(entry.Value, StoreJson.Default.MemberDocument);
            return Uri.TryCreate(document?.ApiUrl, UriKind.Absolute, out var url) ? new Uri(url, "/") : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static HoldfastConfiguration Load(string? configurationPath)
    {
        var path = configurationPath ?? UsualPath();
        var result = LocalConfiguration.Load(path, ConfigurationPurpose.CommandLine);
        return result.Configuration
            ?? throw Unusable(result);
    }

    private static string? UsualPath() =>
        UsualVariables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(path => !string.IsNullOrEmpty(path))
        ?? new[]
        {
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config", "holdfast", "holdfast.yml"),
            "/etc/holdfast/holdfast.yml",
        }.FirstOrDefault(File.Exists);
}
