using System.Collections.Immutable;
using Holdfast.Model;
using Xunit;

namespace Holdfast.Engines.PostgreSql.Tests;

/// <summary>Systems that the operator's own commands make.</summary>
public class CustomMethodTests
{
    private const string ReadArguments = """
        f() { for a; do case "$a" in --datadir=*) d=${a#--datadir=};; --connstring=*) c=${a#--connstring=};; --from=*) from=${a#--from=};; esac; done;
        """;

    [Fact]
    public async Task A_system_is_restored_from_a_backup_and_promoted()
    {
        var template = await Member.TemplateAsync();
        await using var member = Member.Create("one", options => options with
        {
            Bootstrap = new()
            {
                Custom = new(ReadArguments + "cp -a \"$from/.\" \"$d\"; }; f", [new("from", template)], true)
                {
                    RecoveryParameters = ImmutableSortedDictionary<string, string>.Empty.Add("restore_command", "false"),
                },
            },
        });

        await member.DoAsync(new DatabaseWork.Bootstrap());

        var view = await member.UntilAsync(view => view.IsRunningPrimary);
        Assert.Equal(new Timeline(2), view.Timeline);
        var settings = await File.ReadAllTextAsync(Path.Combine(member.Data, "postgresql.conf"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("restore_command", settings, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_is_made_by_the_first_method_that_works()
    {
        await using var primary = await Member.StartPrimaryAsync("node-1");
        await using var replica = Member.Create("node-2", options => options with
        {
            CreateReplicaMethods =
            [
                new("broken", new("echo nothing here >&2; false", [], false), false, false),
                new("mine", new(ReadArguments + "pg_basebackup -D \"$d\" -d \"$c\" --no-password --checkpoint=fast; }; f", [], true), false, false),
            ],
        });

        var job = await replica.DoAsync(new DatabaseWork.CloneFrom(primary.AsUpstream));

        Assert.Contains("by mine", job.Progress, StringComparison.Ordinal);
        await replica.DoAsync(new DatabaseWork.StartReplica(primary.AsUpstream));
        await primary.HoldSlotsForAsync(replica);
        await replica.UntilAsync(view => view.IsStreaming);
    }
}
