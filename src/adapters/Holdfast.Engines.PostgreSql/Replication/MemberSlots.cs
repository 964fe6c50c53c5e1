using System.Collections.Immutable;
using Holdfast.Engines.PostgreSql.Configuration;
using Holdfast.Engines.PostgreSql.Jobs;
using Holdfast.Engines.PostgreSql.Observation;
using Holdfast.Model;
using Npgsql;

namespace Holdfast.Engines.PostgreSql.Replication;

/// <summary>Keeps the slots that hold the log for members, and those that the operator wants on every primary.</summary>
internal sealed class MemberSlots(PostgreSqlOptions options, ConfigurationFiles files, LocalConnection connection, TimeProvider time)
{
    public async Task SetAsync(
        ImmutableSortedDictionary<MemberName, LogPosition> members,
        Observed observed,
        DynamicSettings settings,
        CancellationToken cancellationToken)
    {
        var wanted = Wanted(members, settings);
        var existing = observed.Slots.ToDictionary(slot => slot.Name, StringComparer.Ordinal);
        var own = files.ReadOwnSlots().ToHashSet(StringComparer.Ordinal);
        var permanent = settings.PermanentSlots.Select(slot => slot.Name).ToHashSet(StringComparer.Ordinal);
        var dropped = own.Where(name => existing.TryGetValue(name, out var slot) && !slot.IsActive
            && !wanted.ContainsKey(name) && !permanent.Contains(name)).ToArray();
        List<string> statements =
        [
            .. dropped.Select(name => $"SELECT count(*) FROM pg_drop_replication_slot({RoleSql.Literal(name)})"),
            .. wanted.Keys.Where(name => !existing.ContainsKey(name)).Select(CreatePhysical),
            .. wanted.Where(pair => existing.TryGetValue(pair.Key, out var slot) && MayAdvance(slot, pair.Value, observed)).Select(Advance),
            .. settings.PermanentSlots
                .Where(slot => !observed.IsInRecovery && !slot.IsLogical && !existing.ContainsKey(slot.Name) && !wanted.ContainsKey(slot.Name) && slot.Name != SlotName.Of(options.MemberName))
                .Select(slot => CreatePhysical(slot.Name)),
        ];

        // Written down first: a slot that is ours and unknown would hold the log forever.
        var ownNow = own.Union(wanted.Keys).Where(name => wanted.ContainsKey(name) || existing.ContainsKey(name)).Except(dropped).ToArray();
        if (!own.SetEquals(ownNow))
        {
            files.WriteOwnSlots(ownNow.Union(dropped));
        }

        await RunAsync(options.Database, statements, cancellationToken);
        if (!observed.IsInRecovery)
        {
            await CreateLogicalAsync(settings, existing.Keys, cancellationToken);
        }
    }

    private Dictionary<string, LogPosition> Wanted(ImmutableSortedDictionary<MemberName, LogPosition> members, DynamicSettings settings)
    {
        if (!settings.UsesSlots)
        {
            return [];
        }

        // Two members' names may become one slot's name; the one that is behind decides what it holds.
        return members
            .Where(pair => pair.Key != options.MemberName)
            .GroupBy(pair => SlotName.Of(pair.Key), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Min(pair => pair.Value), StringComparer.Ordinal);
    }

    private static bool MayAdvance(ObservedSlot slot, LogPosition position, Observed observed) =>
        !slot.IsActive && !slot.IsLogical && position > slot.RestartPosition && slot.RestartPosition != LogPosition.Zero
        && position <= observed.ReplayPosition;

    private static string CreatePhysical(string name) => $"SELECT count(*) FROM pg_create_physical_replication_slot({RoleSql.Literal(name)}, true)";

    private static string Advance(KeyValuePair<string, LogPosition> pair) =>
        $"SELECT count(*) FROM pg_replication_slot_advance({RoleSql.Literal(pair.Key)}, '{LogSequence.Render(pair.Value)}')";

    private async Task CreateLogicalAsync(DynamicSettings settings, IEnumerable<string> existing, CancellationToken cancellationToken)
    {
        var missing = settings.PermanentSlots.Where(slot => slot is { IsLogical: true, Plugin: not null } && !existing.Contains(slot.Name));
        foreach (var database in missing.GroupBy(slot => slot.Database ?? options.Database, StringComparer.Ordinal))
        {
            await RunAsync(
                database.Key,
                [.. database.Select(slot =>
                    $"SELECT count(*) FROM pg_create_logical_replication_slot({RoleSql.Literal(slot.Name)}, {RoleSql.Literal(slot.Plugin ?? "")})")],
                cancellationToken);
        }
    }

    /// <exception cref="NpgsqlException">Some statements were refused; the others took effect.</exception>
    private async Task RunAsync(string database, List<string> statements, CancellationToken cancellationToken)
    {
        if (statements.Count == 0)
        {
            return;
        }

        await using var session = connection.Begin(database);
        PostgresException? refusal = null;
        foreach (var statement in statements)
        {
            try
            {
                await session.AskAsync(statement, options.QueryTimeout, time, cancellationToken);
            }
            catch (PostgresException refused)
            {
                refusal = refused;
            }
        }

        if (refusal is not null)
        {
            throw new NpgsqlException(refusal.MessageText, refusal);
        }
    }
}
