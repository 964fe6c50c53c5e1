using Holdfast.Demo.Processes;

namespace Holdfast.Demo.Tests;

public sealed class ProcessTests
{
    [Fact]
    public void A_process_is_read_whatever_its_name_holds()
    {
        var entry = ProcessEntry.Parse("4242 (post) gres (1) Z 17 4242 4242 0 -1 4194304 1 2 3 4 50 60 7 8 20 0 1 0 987654 10 11");

        Assert.Equal(new ProcessEntry(4242, 17, 'Z', 987654, 110), entry);
        Assert.False(entry?.IsAlive);
    }

    [Fact]
    public void This_process_is_found_alive_and_has_memory()
    {
        var own = ProcessTable.Find(Environment.ProcessId);

        Assert.True(own is { IsAlive: true });
        Assert.True(ProcessTable.ProportionalBytes(Environment.ProcessId) > 0);
        Assert.NotEmpty(ProcessTable.Arguments(Environment.ProcessId));
    }

    [Fact]
    public void A_number_that_another_process_got_is_not_the_same_process()
    {
        var own = ProcessTable.Find(Environment.ProcessId) ?? default;

        Assert.False(ProcessTable.IsAlive(own with { StartTicks = own.StartTicks - 1 }));
    }

    [Fact]
    public async Task A_child_writes_its_output_to_the_file_and_gets_the_signals_itself()
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-test-").FullName;
        try
        {
            var log = Path.Combine(directory, "log");
            using var child = ChildProcess.Start(["sh", "-c", "echo started; while true; do sleep 1; done"], log, directory);
            await Until.TrueAsync(() => File.Exists(log) && File.ReadAllText(log) == "started\n");

            Assert.True(ProcessTable.Send(child.Entry, Signal.Kill));

            await Until.TrueAsync(() => !child.IsAlive);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
