using System.Collections.Immutable;
using Holdfast.Configuration.Yaml;
using Holdfast.Decisions.Configuration;
using Holdfast.Ports.Notifications;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads the section <c>notifications</c>: targets by name, each with the way to it and what it wants to know.</summary>
internal static class NotificationReader
{
    private const int Week = 7 * 24 * 3600;

    public static ImmutableArray<NotificationTargetConfiguration> Read(Section section)
    {
        var sections = section.Entries.Select(entry => (Name: entry.Key, Section: section.Inner(entry.Key))).ToArray();
        var names = sections.Select(target => target.Name).ToArray();
        var targets = ImmutableArray.CreateBuilder<NotificationTargetConfiguration>();
        foreach (var (name, target) in sections)
        {
            Names.Check(section, name, name);
            if (ReadTarget(target, name) is { } read)
            {
                targets.Add(read);
            }
            else if (section.Node(name) is null)
            {
                section.Error(name, NotificationDeliveryReader.NoWay);
            }

            CheckEscalation(target, names.Where(other => other != name).ToArray());
        }

        return targets.ToImmutable();
    }

    private static NotificationTargetConfiguration? ReadTarget(Section section, string name)
    {
        var initial = new NotificationTargetConfiguration { Name = name, Delivery = new NotificationDelivery.PagerDuty("", null) };
        var delivery = NotificationDeliveryReader.Read(section);
        var target = initial with
        {
            Delivery = delivery ?? initial.Delivery,
            SeverityMin = ReadSeverity(section),
            Scopes = section.Texts("scopes") ?? [],
            Labels = section.NamedValues("labels"),
            EscalateAfter = section.Duration("escalate_after", 1, Week),
            EscalateTo = section.Texts("escalate_to") ?? [],
            Approver = section.Text("approver"),
            QueueMax = (int)(section.Amount("queue_limit", Quantities.Plain, 1, 10_000) ?? initial.QueueMax),
            Timeout = section.Duration("timeout", 0.1m, 300) ?? initial.Timeout,
            GiveUpAfter = section.Duration("give_up_after", 1, Week) ?? initial.GiveUpAfter,
        };
        section.RefuseUnknown();
        return delivery is null ? null : target;
    }

    private static NotificationSeverity? ReadSeverity(Section section) => section.Word<Threshold>(
        "min_severity",
        ("info", new(NotificationSeverity.Info)),
        ("warning", new(NotificationSeverity.Warning)),
        ("critical", new(NotificationSeverity.Critical)),
        ("never", new(null))) is { } threshold ? threshold.Severity : NotificationSeverity.Info;

    private static void CheckEscalation(Section target, string[] others)
    {
        var unknown = (target.Node("escalate_to") is ConfigNode.Sequence sequence ? sequence.Items.OfType<ConfigNode.Scalar>() : [])
            .Where(item => !others.Contains(item.Text));
        foreach (var item in unknown)
        {
            target.Wrong("escalate_to", item, "another target of notifications", Spelling.Nearest(item.Text, others));
        }

        var (saysWhen, saysWhom) = (target.Node("escalate_after") is not null, target.Node("escalate_to") is not null);
        if (saysWhen && !saysWhom)
        {
            target.Missing("escalate_to", "[on-call]");
        }

        if (saysWhom && !saysWhen)
        {
            target.Missing("escalate_after", "10min");
        }
    }

    /// <summary>A severity that may be none.</summary>
    private readonly record struct Threshold(NotificationSeverity? Severity);
}
