namespace Holdfast.Cli.Commands;

/// <summary>Why a change of the store's voters would do harm or makes no sense; null when nothing is known against it.</summary>
internal static class StoreMembership
{
    public static string? ObjectionToRemoving(IReadOnlyList<StoreNode> nodes, string address)
    {
        var members = nodes.Where(node => node.Vote is not null).ToList();
        var others = members.Where(node => node.Vote == "voter" && node.Address != address).ToList();
        var answering = others.Count(node => node.Trouble is null);
        return members switch
        {
            // Nobody answers, which the request itself says best.
            [] => null,
            _ when members.TrueForAll(node => node.Address != address) => $"{address} is no member of the store. The members are {Words(members)}.",
            _ when others.Count == 0 => $"{address} is the last voter: without it there is no store.",
            _ when answering * 2 <= others.Count =>
                $"Without {address} only {answering} of {others.Count} voters would answer, and a majority of them is needed: the store would take no writes. "
                + $"Start or remove first what does not answer: {Words(others.Where(node => node.Trouble is not null))}.",
            _ => null,
        };
    }

    public static string? ObjectionToLeading(IReadOnlyList<StoreNode> nodes, string address)
    {
        var voters = nodes.Where(node => node.Vote == "voter").ToList();
        return voters.Count == 0 || voters.Exists(node => node.Address == address)
            ? null
            : $"{address} is no voter of the store. The voters are {Words(voters)}.";
    }

    private static string Words(IEnumerable<StoreNode> nodes) => string.Join(", ", nodes.Select(node => node.Address));
}
