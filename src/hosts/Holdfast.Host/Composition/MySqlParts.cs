using System.Collections.Immutable;
using System.Security.Cryptography;
using Holdfast.Configuration;
using Holdfast.Engines.MySql;
using Holdfast.Model;

namespace Holdfast.Host.Composition;

/// <summary>From the operator's words to the MySQL engine's options.</summary>
internal static class MySqlParts
{
    private const int WeightOfPriorityOne = 50;
    private const int WeightMax = 100;

    public static MySqlOptions Options(HoldfastConfiguration configuration, MySqlConfiguration section) => new()
    {
        MemberName = new MemberName(configuration.Name),
        ListenHost = string.Join(',', section.Listen.Hosts),
        ListenPort = section.Listen.Port,
        ConnectHost = section.ConnectAddress.Host,
        ConnectPort = section.ConnectAddress.Port,
        DataDirectory = section.DataDirectory,
        BinDirectory = section.BinDirectory,
        OsUser = section.OsUser,
        Superuser = new(section.Superuser.Username, section.Superuser.Password),
        Replication = new(section.Replication.Username, section.Replication.Password),
        Group = new()
        {
            Name = section.GroupName ?? new Guid(RandomNumberGenerator.GetBytes(16)).ToString(),
            Host = section.GroupAddress.Host,
            Port = section.GroupAddress.Port,
            IsMultiPrimary = section.IsMultiPrimary,
            Weight = Weight(configuration.Tags),
        },
        BootstrapBackup = section.BootstrapBackup,
        Parameters = section.Parameters
            .DistinctBy(parameter => parameter.Name)
            .ToImmutableSortedDictionary(parameter => parameter.Name, parameter => parameter.Value, StringComparer.Ordinal),
    };

    /// <summary>The group elects the greatest weight: a priority above one is above the middle, and who may not lead comes last.</summary>
    private static int Weight(TagsConfiguration tags) =>
        tags.NoFailover || tags.FailoverPriority <= 0 ? 0 : Math.Min(WeightMax, WeightOfPriorityOne + tags.FailoverPriority - 1);
}
