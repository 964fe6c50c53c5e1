using System.Collections.Immutable;
using Holdfast.Model.Groups;
using MySqlConnector;

namespace Holdfast.Engines.MySql.Observation;

/// <summary>What the server says of itself and of its group, in one round trip.</summary>
internal static class GroupQuery
{
    private const string Text =
        """
        SELECT @@global.server_uuid, @@global.super_read_only, @@global.gtid_executed, @@version,
               (SELECT VARIABLE_VALUE FROM performance_schema.global_variables WHERE VARIABLE_NAME = 'group_replication_single_primary_mode'),
               (SELECT VARIABLE_VALUE FROM performance_schema.global_variables WHERE VARIABLE_NAME = 'group_replication_flow_control_applier_threshold'),
               (SELECT VARIABLE_VALUE FROM performance_schema.global_variables WHERE VARIABLE_NAME = 'group_replication_flow_control_certifier_threshold'),
               (SELECT VARIABLE_VALUE FROM performance_schema.global_variables WHERE VARIABLE_NAME = 'group_replication_flow_control_mode');
        SELECT MEMBER_ID, MEMBER_HOST, MEMBER_PORT, MEMBER_STATE, MEMBER_ROLE, MEMBER_VERSION
          FROM performance_schema.replication_group_members WHERE MEMBER_ID <> '' ORDER BY MEMBER_ID;
        SELECT VIEW_ID, COUNT_TRANSACTIONS_IN_QUEUE, COUNT_TRANSACTIONS_REMOTE_IN_APPLIER_QUEUE, COUNT_CONFLICTS_DETECTED
          FROM performance_schema.replication_group_member_stats WHERE MEMBER_ID = @@global.server_uuid;
        SELECT RECEIVED_TRANSACTION_SET FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = 'group_replication_applier'
        """;

    public static async Task<Observed> ReadAsync(MySqlConnection connection, string address, CancellationToken cancellationToken)
    {
        await using var command = new MySqlCommand(Text, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var server = reader.GetString(0);
        var isReadOnly = reader.GetInt32(1) != 0;
        var executed = Set(reader.GetString(2));
        var version = reader.GetString(3);
        var isMultiPrimary = !await reader.IsDBNullAsync(4, cancellationToken) && reader.GetString(4) == "OFF";

        var isThrottled = !await reader.IsDBNullAsync(7, cancellationToken) && reader.GetString(7) == "QUOTA";
        var (applyMax, certifyMax) = (await ReadLimitAsync(reader, 5, cancellationToken), await ReadLimitAsync(reader, 6, cancellationToken));

        var members = ImmutableArray.CreateBuilder<GroupPeer>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            members.Add(new(
                reader.GetString(0), reader.GetString(1), reader.GetInt32(2), State(reader.GetString(3)), reader.GetString(4) == "PRIMARY", reader.GetString(5)));
        }

        var own = members.FirstOrDefault(member => member.ServerId == server);
        var state = own?.State ?? GroupState.Offline;
        var group = new GroupView
        {
            ServerId = server,
            Address = address,
            State = state,
            AcceptsWrites = !isReadOnly,
            IsMultiPrimary = isMultiPrimary,

            // A server in no group shows a row of its own.
            Members = state == GroupState.Offline ? [] : members.ToImmutable(),
        };

        await reader.NextResultAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
        {
            group = group with
            {
                Epoch = GroupEpoch.Parse(reader.GetString(0)),
                CertifyBacklog = reader.GetInt64(1),
                ApplyBacklog = reader.GetInt64(2),
                SlowsGroup = isThrottled && (reader.GetInt64(1) > certifyMax || reader.GetInt64(2) > applyMax),
                Conflicts = reader.GetInt64(3),
            };
        }

        await reader.NextResultAsync(cancellationToken);
        var received = await reader.ReadAsync(cancellationToken) ? Set(reader.GetString(0)) : TransactionSet.Empty;
        return new(group with { Transactions = executed.Union(received) }, version);
    }

    /// <summary>Where flow control begins (MySQL Reference Manual, "Flow Control"); without the plugin nowhere.</summary>
    private static async Task<long> ReadLimitAsync(MySqlDataReader reader, int column, CancellationToken cancellationToken) =>
        await reader.IsDBNullAsync(column, cancellationToken) ? long.MaxValue : long.Parse(reader.GetString(column), System.Globalization.CultureInfo.InvariantCulture);

    private static TransactionSet Set(string text) =>
        TransactionSet.Parse(text) ?? throw new FormatException($"'{text}' is no set of transactions that is understood");

    private static GroupState State(string word) => word switch
    {
        "ONLINE" => GroupState.Online,
        "RECOVERING" => GroupState.Recovering,
        "ERROR" => GroupState.Error,
        "UNREACHABLE" => GroupState.Unreachable,
        _ => GroupState.Offline,
    };
}

/// <summary>What a server that answers is.</summary>
internal sealed record Observed(GroupView Group, string Version);
