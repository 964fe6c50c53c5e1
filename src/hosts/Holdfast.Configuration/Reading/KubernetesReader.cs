using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Holdfast.Configuration.Yaml;
using Holdfast.Decisions.Configuration;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads the section <c>kubernetes</c>.</summary>
internal static class KubernetesReader
{
    /// <summary>Names of objects begin with the scope and add some letters.</summary>
    private const int ScopeLengthMax = 63;
    private static readonly SearchValues<char> NameLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    public static KubernetesConfiguration? Read(Section root, string? scope, bool isAgent)
    {
        var section = root.Inner("kubernetes");
        if (!section.IsPresent)
        {
            return null;
        }

        var kubernetes = new KubernetesConfiguration
        {
            Namespace = section.Text("namespace"),
            KubeConfigFile = section.Text("kubeconfig"),
            Context = section.Text("context"),
            CaFile = section.Text("cacert"),
            Labels = section.NamedValues("labels"),
            ScopeLabel = section.Text("scope_label") ?? "cluster-name",
            RoleLabel = section.Text("role_label") ?? "role",
            LeaderLabelValue = section.Text("leader_label_value") ?? "primary",
            FollowerLabelValue = section.Text("follower_label_value") ?? "replica",
            UsesEndpoints = section.Flag("use_endpoints") ?? false,
            PodAddress = section.Text("pod_ip"),
            Ports = ReadPorts(section),
            RetriableStatuses = ReadStatuses(section),
        };
        section.AcceptWithoutMeaning("a request that failed is sent again on a connection of its own, which leads to another API server where there is one", "bypass_api_service");
        section.AcceptWithoutMeaning("there are no standby clusters in this version", "standby_leader_label_value");
        section.AcceptWithoutMeaning("only one label shows the role, and only once the member runs", "tmp_role_label", "bootstrap_labels");
        section.RefuseUnknown();
        if (isAgent)
        {
            Check(root, section, scope, kubernetes);
        }

        return kubernetes;
    }

    private static void Check(Section root, Section section, string? scope, KubernetesConfiguration kubernetes)
    {
        if (scope is { Length: > 0 } && !IsName(scope))
        {
            root.Error("scope", $"'{scope}' cannot begin the name of an object in Kubernetes; use at most {ScopeLengthMax} lower-case letters, digits, '-' and '.', with a letter or digit at both ends");
        }

        if (kubernetes.UsesEndpoints && kubernetes.PodAddress is null)
        {
            section.Missing("pod_ip", "10.0.0.1");
        }

        if (kubernetes.PodAddress is { } address && !IPAddress.TryParse(address, out _))
        {
            section.Error("pod_ip", $"'{address}' is not an IP address");
        }

        foreach (var label in kubernetes.Labels.Where(label => label.Name == kubernetes.ScopeLabel || label.Name == kubernetes.RoleLabel))
        {
            section.Error("labels", $"'{label.Name}' is set by the member itself (scope_label, role_label)");
        }
    }

    private static ImmutableArray<KubernetesPort> ReadPorts(Section section)
    {
        const string Expected = "a list such as [{name: postgresql, port: 5432}]";
        if (section.Node("ports") is not { } node)
        {
            return [];
        }

        if (node is not ConfigNode.Sequence sequence || !sequence.Items.All(item => item is ConfigNode.Mapping))
        {
            section.Wrong("ports", node, Expected);
            return [];
        }

        return [.. sequence.Items.OfType<ConfigNode.Mapping>().Select((item, index) => ReadPort(
            new Section(string.Create(CultureInfo.InvariantCulture, $"{section.PathOf("ports")}[{index}]"), item, item.Origin, section.Problems)))];
    }

    private static KubernetesPort ReadPort(Section port)
    {
        var read = new KubernetesPort(
            port.Text("name"),
            (int)(port.Amount("port", Quantities.Plain, 1, ushort.MaxValue) ?? 0),
            port.Text("protocol") ?? "TCP");
        if (port.Node("port") is null)
        {
            port.Missing("port", "5432");
        }

        port.RefuseUnknown();
        return read;
    }

    private static ImmutableArray<int> ReadStatuses(Section section)
    {
        var statuses = ImmutableArray.CreateBuilder<int>();
        foreach (var text in section.Texts("retriable_http_codes") ?? [])
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 400 and < 600)
            {
                statuses.Add(status);
            }
            else
            {
                section.Error("retriable_http_codes", $"'{text}' is not the status of an HTTP error, such as 503");
            }
        }

        return statuses.ToImmutable();
    }

    private static bool IsName(string scope) =>
        scope.Length <= ScopeLengthMax
        && !scope.AsSpan().ContainsAnyExcept(NameLetters)
        && char.IsAsciiLetterOrDigit(scope[0])
        && char.IsAsciiLetterOrDigit(scope[^1]);
}
