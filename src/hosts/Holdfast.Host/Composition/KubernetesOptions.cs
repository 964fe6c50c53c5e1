using System.Collections.Immutable;
using Holdfast.Configuration;
using Holdfast.StoreLayout;
using Holdfast.Stores.Kubernetes;

namespace Holdfast.Host.Composition;

/// <summary>From the operator's words, and from what Kubernetes tells every pod, to the store's options.</summary>
internal static class KubernetesOptions
{
    /// <summary>Where Kubernetes puts a pod's account.</summary>
    private const string AccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string DefaultNamespace = "default";

    /// <exception cref="StartRefusedException">Nothing says where the API server is.</exception>
    public static KubernetesStoreOptions Of(HoldfastConfiguration configuration, KubernetesConfiguration kubernetes, Func<string, string?> environment)
    {
        var keys = new ClusterKeys(configuration.Namespace, configuration.Scope);
        var access = AccessOf(kubernetes, environment);
        return new KubernetesStoreOptions
        {
            Access = access,
            Namespace = kubernetes.Namespace ?? NamespaceOfPod(access) ?? DefaultNamespace,
            Scope = configuration.Scope,
            Root = keys.Prefix,
            Labels = kubernetes.Labels.ToImmutableSortedDictionary(label => label.Name, label => label.Value, StringComparer.Ordinal),
            ScopeLabel = kubernetes.ScopeLabel,
            Holder = configuration.Name.Length > 0 ? configuration.Name : null,
            Pod = PodOf(configuration, kubernetes, access, keys, environment),
            RetriableStatuses = kubernetes.RetriableStatuses,
        };
    }

    private static KubernetesAccess AccessOf(KubernetesConfiguration kubernetes, Func<string, string?> environment)
    {
        if (kubernetes.KubeConfigFile is { } stated)
        {
            return new KubernetesAccess.KubeConfig(stated, kubernetes.Context, kubernetes.CaFile);
        }

        if (kubernetes.Context is null
            && environment("KUBERNETES_SERVICE_HOST") is { Length: > 0 } host
            && int.TryParse(environment("KUBERNETES_SERVICE_PORT") ?? "443", out var port)
            && File.Exists(Path.Combine(AccountDirectory, "token")))
        {
            return new KubernetesAccess.InCluster(new Uri($"https://{new HostPort(host, port)}"), AccountDirectory, kubernetes.CaFile);
        }

        var file = environment("KUBECONFIG") is { Length: > 0 } listed
            ? listed.Split(Path.PathSeparator)[0]
            : Path.Combine(environment("HOME") ?? "/", ".kube", "config");
        return File.Exists(file)
            ? new KubernetesAccess.KubeConfig(file, kubernetes.Context, kubernetes.CaFile)
            : throw new StartRefusedException(
                $"nothing says where the Kubernetes API is: this is no pod with a service account, and there is no {file}; name a file: kubernetes: {{kubeconfig: FILE}}", null);
    }

    private static string? NamespaceOfPod(KubernetesAccess access) =>
        access is KubernetesAccess.InCluster { AccountDirectory: var directory } && Path.Combine(directory, "namespace") is var file && File.Exists(file)
            ? File.ReadAllText(file).Trim()
            : null;

    /// <summary>Kubernetes names the pods of a StatefulSet; who names members after them need not say more.</summary>
    private static OwnPod? PodOf(
        HoldfastConfiguration configuration, KubernetesConfiguration kubernetes, KubernetesAccess access, ClusterKeys keys, Func<string, string?> environment)
    {
        var name = environment("POD_NAME") is { Length: > 0 } stated ? stated : access is KubernetesAccess.InCluster ? configuration.Name : "";
        return name.Length == 0 || configuration.Name.Length == 0 ? null : new OwnPod
        {
            Name = name,
            Member = configuration.Name,
            LeaderKey = keys.Leader,
            RoleLabel = kubernetes.RoleLabel,
            LeaderValue = kubernetes.LeaderLabelValue,
            FollowerValue = kubernetes.FollowerLabelValue,
            Endpoint = kubernetes is { UsesEndpoints: true, PodAddress: { } address } ? new PodEndpoint(address, PortsOf(configuration, kubernetes)) : null,
        };
    }

    private static ImmutableArray<PodPort> PortsOf(HoldfastConfiguration configuration, KubernetesConfiguration kubernetes) => kubernetes.Ports is { Length: > 0 } ports
        ? [.. ports.Select(port => new PodPort(port.Name, port.Number, port.Protocol))]
        : [new PodPort(null, configuration.PostgreSql?.ConnectAddress.Port ?? 5432, "TCP")];
}
