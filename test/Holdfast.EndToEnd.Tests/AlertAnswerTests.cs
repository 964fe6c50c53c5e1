using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Holdfast.Browsing;
using Holdfast.Demo.Cluster;

namespace Holdfast.EndToEnd.Tests;

/// <summary>What people say of alerts, whom others escalate to, and what a reload changes: by the command line, with a real cluster.</summary>
public sealed class AlertAnswerTests : ToldCluster
{
    private const string Alert = "StandbyNotConnected";
    private readonly Hook boss = new();
    private readonly Hook pager = new();
    private readonly Hook added = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await boss.DisposeAsync();
        await pager.DisposeAsync();
        await added.DisposeAsync();
    }

    [Fact]
    public async Task Silences_acknowledgements_and_escalations_decide_who_is_told()
    {
        await CreateAsync("answered", null, Sections("20s"));
        Cluster.Start();
        await WholeAsync();
        var (leader, standby) = (Cluster.Member(LeaderName()), Cluster.Members.Last(member => member.Name != LeaderName()));
        var key = $"{Alert}/{standby.Name}";

        // Silenced, it fires unheard.
        Assert.Contains("holds until", await HoldfastAsync(leader, "alerts", "silence", "answered", "--member", standby.Name, "--for", "2h", "--comment", "a new disk"), StringComparison.Ordinal);
        standby.KillAll();
        await StateAsync(leader, key, "silenced");
        Assert.Empty(Heard("critical", Alert, standby.Name));
        var silences = JsonNode.Parse(await HoldfastAsync(leader, "alerts", "silences", "answered", "--format", "json"))!.AsArray();
        Assert.Equal((standby.Name, "a new disk"), (silences[0]!["Member"]!.GetValue<string>(), silences[0]!["Comment"]!.GetValue<string>()));

        // When the silence ends it is told, and when nobody reacts the boss is told too.
        await HoldfastAsync(leader, "alerts", "unsilence", silences[0]!["Id"]!.GetValue<string>());
        await TellsAsync("critical", Alert, standby.Name);
        await UntilAsync(() => Heard(boss, "critical", Alert, standby.Name).Any(), "it is not escalated");
        standby.Start();
        await TellsAsync("resolved", Alert, standby.Name);
        await UntilAsync(() => Heard(boss, "resolved", Alert, standby.Name).Any(), "the boss is not told the end");

        // The next time somebody takes it in hand.
        await WholeAsync();
        standby.KillAll();
        await UntilAsync(() => Heard("critical", Alert, standby.Name).Count() == 2, "it is not told again");
        Assert.Contains("is acknowledged by", await HoldfastAsync(leader, "alerts", "acknowledge", key, "--comment", "on my way"), StringComparison.Ordinal);
        await StateAsync(leader, key, "acknowledged");
        await UntilAsync(() => pager.Messages.Any(message => message.Contains("\"acknowledge\"", StringComparison.Ordinal) && message.Contains(key, StringComparison.Ordinal)), "the pager is not told who has it");
        Assert.Contains("was acknowledged by", (await CommandLine.HoldfastAsync("-c", leader.Plan.ConfigurationFile, "alerts", "acknowledge", key)).All, StringComparison.Ordinal);
        standby.Start();
        await UntilAsync(() => Heard("resolved", Alert, standby.Name).Count() == 2, "the second end is not told");
        Assert.Single(Heard(boss, "critical", Alert, standby.Name));

        var trail = await HoldfastAsync(leader, "audit", "answered");
        Assert.All(["alerts/silences", "alerts/acknowledge", "a new disk", "on my way"], words => Assert.Contains(words, trail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_certificate_about_to_expire_is_told_and_a_reload_takes_up_who_is_told()
    {
        await CreateAsync("renewed", null, Sections("1h"));
        var member = Cluster.Members[1];
        Certificate(member, 10);
        await File.AppendAllTextAsync(member.Plan.ConfigurationFile, $"\nctl:\n  certfile: {CertificateFile(member)}\n  keyfile: {CertificateFile(member)}\n", Stop);
        Cluster.Start();
        await WholeAsync();
        await TellsAsync("warning", "CertificateExpiring", member.Name);
        Assert.Contains(Heard("warning", "CertificateExpiring", member.Name), message => message.Contains("\"part: ctl.certfile\"", StringComparison.Ordinal) && message.Contains("days left", StringComparison.Ordinal));

        foreach (var each in Cluster.Members)
        {
            var file = each.Plan.ConfigurationFile;
            await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Stop)).Replace("notifications:\n", $"notifications:\n  added:\n    slack: {{url: '{added.Url}'}}\n", StringComparison.Ordinal), Stop);
        }

        // Apart, so that whoever looks knows the new target before there is something to tell it.
        await HoldfastAsync(member, "reload", "renewed", "--force");
        Certificate(member, 2);
        await HoldfastAsync(member, "reload", "renewed", "--force");
        await TellsAsync("critical", "CertificateExpiringSoon", member.Name);
        await UntilAsync(() => Heard(added, "critical", "CertificateExpiringSoon", member.Name).Any(), "the target that a reload has brought is told nothing");

        Certificate(member, 100);
        await HoldfastAsync(member, "reload", "renewed", "--force");
        await TellsAsync("resolved", "CertificateExpiringSoon", member.Name);
        await TellsAsync("resolved", "CertificateExpiring", member.Name);
    }

    [Fact]
    public async Task An_approval_that_nobody_gives_in_time_goes_to_those_whom_others_escalate_to()
    {
        await CreateAsync("unanswered", null, Sections("1h"));
        Cluster.Start();
        await WholeAsync();
        var leader = Cluster.Member(LeaderName());
        await HoldfastAsync(leader, "edit-config", "unanswered", "-s", "failover.strategy=hybrid", "-s", "failover.approval_timeout=10", "-s", "failover.on_timeout=escalate", "--force");

        leader.KillAll();
        await TellsAsync("critical", "ApprovalWaiting", null);
        Assert.Empty(boss.Messages);
        await UntilAsync(() => Heard(boss, "critical", "ApprovalEscalated", null).Any(message => message.Contains("holdfast approve unanswered", StringComparison.Ordinal)), "the request is not escalated");
    }

    private string Sections(string escalateAfter) =>
        $"\nnotifications:\n  chat:\n    slack: {{url: '{Chat.Url}'}}\n    escalate_after: {escalateAfter}\n    escalate_to: [boss]\n"
        + $"  boss:\n    slack: {{url: '{boss.Url}'}}\n    min_severity: never\n"
        + $"  pager:\n    pagerduty: {{routing_key: 0123456789abcdef0123456789abcdef, url: '{pager.Url}'}}\n    min_severity: critical\n";

    private static string CertificateFile(LoopbackMember member) => Path.Combine(member.Plan.Directory, "client.pem");

    private static void Certificate(LoopbackMember member, int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest($"CN={member.Name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(days));
        File.WriteAllText(CertificateFile(member), $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }

    private Task StateAsync(LoopbackMember member, string key, string state) => Until.TrueAsync(
        async () => (await HoldfastAsync(member, "alerts", Cluster.Plan.Scope)).Split('\n').Any(line => line.Contains(key, StringComparison.Ordinal) && line.Contains(state, StringComparison.Ordinal)),
        () => $"{key} is not {state}");
}
