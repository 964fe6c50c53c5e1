namespace Holdfast.StoreLayout;

/// <summary>Where a cluster's keys are: <c>/namespace/scope/…</c>, as Patroni 4 lays them out.</summary>
public sealed class ClusterKeys(string @namespace, string scope)
{
    /// <summary>All keys of the cluster begin with this.</summary>
    public string Prefix { get; } = $"{NamespacePrefix(@namespace)}{scope}/";

    /// <summary>What says how the cluster is; without its history and what was done to it, which are long.</summary>
    public IEnumerable<string> Present => [Initialize, Leader, Config, Sync, Status, Failsafe, Approval, Alerts, LastLeader, MembersPrefix];

    public string Initialize => Prefix + "initialize";

    public string Leader => Prefix + "leader";

    public string Config => Prefix + "config";

    public string Sync => Prefix + "sync";

    public string Status => Prefix + "status";

    public string Failover => Prefix + "failover";

    public string History => Prefix + "history";

    public string Failsafe => Prefix + "failsafe";

    /// <summary>Beyond Patroni: the last question to people about who may lead.</summary>
    public string Approval => Prefix + "holdfast/approval";

    /// <summary>Beyond Patroni: what was done to the cluster.</summary>
    public string AuditPrefix => Prefix + "holdfast/audit/";

    public string Audit(long number) => Numbered(AuditPrefix, number);

    /// <summary>The order of such keys is that of the numbers.</summary>
    public static string Numbered(string prefix, long number) => prefix + number.ToString("D12", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Beyond Patroni: logins and refused requests, apart from what was done: they come in any number.</summary>
    public string AttemptsPrefix => Prefix + "holdfast/attempts/";

    /// <summary>Beyond Patroni: what is worth telling now.</summary>
    public string Alerts => Prefix + "holdfast/alerts";

    /// <summary>Beyond Patroni: who may do what over the REST interface, by hashes of tokens.</summary>
    public string Tokens => Prefix + "holdfast/tokens";

    /// <summary>Beyond Patroni: what people have said of alerts.</summary>
    public string AlertAnswers => Prefix + "holdfast/alert_answers";

    /// <summary>Beyond Patroni: who led last.</summary>
    public string LastLeader => Prefix + "holdfast/last_leader";

    /// <summary>Beyond Patroni: the routers that pause clients for a switchover.</summary>
    public string RoutersPrefix => Prefix + "holdfast/routers/";

    public string Router(string name) => RoutersPrefix + name;

    /// <summary>Beyond Patroni: the first router that has served a client at a new leader.</summary>
    public string Route => Prefix + "holdfast/route";

    public string MembersPrefix => Prefix + "members/";

    public string Member(string name) => MembersPrefix + name;

    /// <summary>All clusters of a namespace are below this.</summary>
    public static string NamespacePrefix(string @namespace) => $"/{@namespace.Trim('/')}/";
}
