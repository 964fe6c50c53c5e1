using Holdfast.Browsing;
using Holdfast.Demo.Cluster;

namespace Holdfast.Bench.People;

/// <summary>How long it takes from a person's click until what was asked for is done.</summary>
/// <param name="Asked">From the loss of the primary until the page asks for an approval; seen within a tenth of a second.</param>
/// <param name="Promoted">From the click on Approve until the standby says that it is the primary.</param>
/// <param name="Said">From the same click until the banner says who leads; seen within a tenth of a second.</param>
internal sealed record ApprovalClick(TimeSpan Asked, TimeSpan Promoted, TimeSpan Said)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>Kills the primary of a whole cluster whose strategy is hybrid, and approves its replacement on the page.</summary>
    /// <param name="cluster">With two members that follow the primary.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">The page does not say within two minutes what it should.</exception>
    public static async Task<ApprovalClick> MeasureAsync(LoopbackCluster cluster, TimeProvider time, CancellationToken cancellationToken)
    {
        var leader = await cluster.LeaderAsync(cancellationToken);
        var watched = cluster.Members.Last(member => member != leader);
        using var browser = Browser.Open(new Uri(watched.Plan.RestUrl + "/dashboard/"));
        await browser.SeesAsync(".banner", $"{leader.Name} leads", cancellationToken);

        var lost = time.GetTimestamp();
        leader.KillAll();
        await browser.SeesAsync(".request h3", "May ", cancellationToken);
        var asked = time.GetElapsedTime(lost);

        var candidate = browser.Text(".request h3").Split(' ')[1];
        browser.Click($"Approve {candidate}…");
        await browser.SeesAsync("dialog", "becomes the leader", cancellationToken);
        browser.Fill("your-name", "Anna");
        using var http = new HttpClient();
        var clicked = time.GetTimestamp();
        browser.Click($"Approve {candidate}");
        while (!await IsPrimaryAsync(http, cluster.Member(candidate).Plan, cancellationToken))
        {
            await Task.Delay(Look, time, cancellationToken);
        }

        var promoted = time.GetElapsedTime(clicked);
        await browser.SeesAsync(".banner", $"{candidate} leads in place of", cancellationToken);
        return new(asked, promoted, time.GetElapsedTime(clicked));
    }

    private static async Task<bool> IsPrimaryAsync(HttpClient http, MemberPlan member, CancellationToken cancellationToken)
    {
        using var answer = await http.GetAsync(new Uri(member.RestUrl + "/primary"), cancellationToken);
        return answer.IsSuccessStatusCode;
    }
}
