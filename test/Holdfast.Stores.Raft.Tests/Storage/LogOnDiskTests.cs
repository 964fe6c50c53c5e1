using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.Storage;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Storage;

public sealed class LogOnDiskTests : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("holdfast-log-").FullName;

    private static Snapshot First => new(LogPoint.Zero, new Configuration(["a:1", "b:1", "c:1"], []), new byte[] { 1, 2, 3 });

    private string LastSegment => Directory.GetFiles(path, "log-*").Order(StringComparer.Ordinal).Last();

    public void Dispose() => Directory.Delete(path, recursive: true);

    [Fact]
    public void What_was_written_is_read_again()
    {
        Write(Batch(1, 1, 2, 3), new PersistBatch { HardState = new HardState(7, "b:1") }, Batch(7, 4));

        var recovered = Recover();

        Assert.Equal(new HardState(7, "b:1"), recovered.HardState);
        Assert.Equal([(1L, 1L), (2, 1), (3, 1), (4, 7)], recovered.Entries.Select(entry => (entry.Index, entry.Term)));
        Assert.Equal("entry 4 of term 7"u8.ToArray(), recovered.Entries[^1].Data.ToArray());
        Assert.Equal(First.Configuration.Voters, recovered.Snapshot.Configuration.Voters);
    }

    [Fact]
    public void A_later_entry_replaces_all_from_its_place_on()
    {
        Write(Batch(1, 1, 2, 3, 4), Batch(2, 3));

        Assert.Equal([(1L, 1L), (2, 1), (3, 2)], Recover().Entries.Select(entry => (entry.Index, entry.Term)));
    }

    [Fact]
    public void A_write_that_was_torn_at_any_byte_is_cut_off_and_the_rest_stays()
    {
        Write(Batch(1, 1), Batch(1, 2));
        var whole = new FileInfo(LastSegment).Length;
        Write(Batch(1, 3));
        var bytes = File.ReadAllBytes(LastSegment);

        for (var length = whole; length < bytes.Length; length++)
        {
            File.WriteAllBytes(LastSegment, bytes[..(int)length]);
            Assert.Equal([1L, 2], Recover().Entries.Select(entry => entry.Index));
            Assert.Equal(whole, new FileInfo(LastSegment).Length);

            Write(Batch(1, 3));
            Assert.Equal([1L, 2, 3], Recover().Entries.Select(entry => entry.Index));
        }
    }

    [Fact]
    public void A_flipped_byte_before_the_last_write_is_damage_that_names_file_and_place()
    {
        Write(Batch(1, 1));
        var firstEnd = (int)new FileInfo(LastSegment).Length;
        Write(Batch(1, 2));
        var secondEnd = (int)new FileInfo(LastSegment).Length;
        Write(Batch(1, 3));
        var bytes = File.ReadAllBytes(LastSegment);

        for (var place = firstEnd; place < secondEnd; place++)
        {
            var damaged = bytes.ToArray();
            damaged[place] ^= 0x20;
            File.WriteAllBytes(LastSegment, damaged);

            var refused = Assert.Throws<StoreCorruptedException>(Recover);
            Assert.Equal(LastSegment, refused.File);
            Assert.Equal(firstEnd, refused.OffsetBytes);
            Assert.Equal(damaged, File.ReadAllBytes(LastSegment));
        }
    }

    [Fact]
    public void A_damaged_snapshot_is_refused()
    {
        Write(Batch(1, 1));
        var snapshot = Directory.GetFiles(path, "snapshot-*").Single();
        var bytes = File.ReadAllBytes(snapshot);
        bytes[^6] ^= 1;
        File.WriteAllBytes(snapshot, bytes);

        Assert.Equal(snapshot, Assert.Throws<StoreCorruptedException>(Recover).File);
    }

    [Fact]
    public void A_lost_log_is_not_taken_for_an_empty_one()
    {
        Write(Batch(1, 1, 2, 3));
        SnapshotFiles.Write(path, First with { Point = new LogPoint(3, 1) }, KernelSync.Instance);
        File.Delete(LastSegment);

        Assert.Throws<StoreCorruptedException>(Recover);
    }

    [Fact]
    public void A_snapshot_takes_the_place_of_the_entries_before_it()
    {
        Write(Batch(1, 1, 2, 3, 4));
        SnapshotFiles.Write(path, First with { Point = new LogPoint(3, 1) }, KernelSync.Instance);

        var recovered = Recover();

        Assert.Equal(3, recovered.Snapshot.Point.Index);
        Assert.Equal([4L], recovered.Entries.Select(entry => entry.Index));
    }

    [Fact]
    public void An_installed_snapshot_voids_the_log_even_when_the_crash_came_before_the_log_said_so()
    {
        Write(Batch(1, 1, 2, 3, 4));
        SnapshotFiles.Write(path, First with { Point = new LogPoint(4, 2) }, KernelSync.Instance);
        Assert.Empty(Recover().Entries);

        Write(new PersistBatch { Snapshot = First with { Point = new LogPoint(4, 2) }, Entries = Batch(2, 5).Entries });
        Assert.Equal([(5L, 2L)], Recover().Entries.Select(entry => (entry.Index, entry.Term)));
    }

    [Fact]
    public void Old_files_go_and_the_hard_state_stays()
    {
        Recover();
        using (var log = new SegmentedLog(path, 200, KernelSync.Instance))
        {
            log.Open();
            log.Append([new PersistBatch { HardState = new HardState(9, "c:1") }]);
            for (var index = 1; index <= 50; index++)
            {
                log.Append([Batch(9, index)]);
            }

            SnapshotFiles.Write(path, First with { Point = new LogPoint(45, 9) }, KernelSync.Instance);
            var before = Directory.GetFiles(path, "log-*").Length;
            log.DeleteThrough(45);
            Assert.True(Directory.GetFiles(path, "log-*").Length < before / 2);
        }

        var recovered = Recover();
        Assert.Equal(new HardState(9, "c:1"), recovered.HardState);
        Assert.Equal([46L, 47, 48, 49, 50], recovered.Entries.Select(entry => entry.Index));
    }

    [Fact]
    public void A_second_opener_is_refused()
    {
        var (held, _) = DataDirectory.Open(path, () => First, KernelSync.Instance);
        using (held)
        {
            Assert.Throws<IOException>(() => DataDirectory.Open(path, () => First, KernelSync.Instance));
        }
    }

    private static PersistBatch Batch(long term, params long[] indexes) => new()
    {
        Entries = [.. indexes.Select(index => new LogEntry(
            index, term, EntryKind.Command, System.Text.Encoding.ASCII.GetBytes($"entry {index} of term {term}")))],
    };

    private void Write(params PersistBatch[] batches)
    {
        var (directory, _) = DataDirectory.Open(path, () => First, KernelSync.Instance);
        using (directory)
        {
            foreach (var batch in batches)
            {
                directory.Log.Append([batch]);
            }
        }
    }

    private RecoveredLog Recover()
    {
        var (directory, recovered) = DataDirectory.Open(path, () => First, KernelSync.Instance);
        directory.Dispose();
        return recovered;
    }
}
