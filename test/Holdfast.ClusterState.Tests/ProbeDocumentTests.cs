using Holdfast.Model;
using Holdfast.Model.Probes;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.ClusterState.Tests;

public class ProbeDocumentTests
{
    private static readonly MemberName Alpha = new("alpha");

    public static TheoryData<ProbeReport?> Reports =>
    [
        new ProbeReport(null, 0, 0),
        new ProbeReport(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(1234567), 14.4, 3),
        new ProbeReport(null, 0, 0)
        {
            Writes = new(TimeSpan.FromMilliseconds(3.1), TimeSpan.FromMilliseconds(25.7)),
            LastOutage = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero), TimeSpan.FromTicks(21_134_449)),
            Availability = 0.999871,
            BudgetLeft = -0.25,
        },
        new TheoryDataRow<ProbeReport?>(null),
    ];

    [Theory]
    [MemberData(nameof(Reports))]
    public void What_a_probe_says_comes_back_as_it_was_written(ProbeReport? probe)
    {
        var report = new MemberReport { Name = Alpha, Session = null, Revision = new Revision(5), State = MemberState.Running, Role = DatabaseRole.Replica, Probe = probe };

        var text = Documents.ToText(report, new MemberIdentity("", "", "", null));

        Assert.Equal(probe, Documents.ToReport(Alpha, new StoreEntry("members/alpha", text, new Revision(5), null))!.Probe);
    }
}
