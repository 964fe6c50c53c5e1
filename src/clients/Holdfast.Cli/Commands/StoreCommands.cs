using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary><c>holdfast store</c>: the embedded store's own nodes, and its keys in a file.</summary>
internal static class StoreCommands
{
    public static Command Create(CommandContext context, IStoreAdministration store) =>
        new("store", "Look after the embedded store: its nodes, their votes, and copies of its keys.")
        {
            CreateStatus(context, store),
            CreateMembers(context, store),
            CreateAdd(context, store),
            CreateRemove(context, store),
            CreateLead(context, store),
            CreateBackup(context, store),
            CreateRestore(context, store),
        };

    private static Command CreateStatus(CommandContext context, IStoreAdministration store)
    {
        var format = Parts.Format();
        var command = new Command("status", "Ask every node what it knows. Status 1 when there is no leader or fewer than a majority answers.") { format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var nodes = await store.StatusAsync(PathOf(context, parsed), cancellationToken);
            await context.Console.Output.WriteAsync(StatusTable(nodes).In(parsed.GetValue(format)));
            var voters = nodes.Where(node => node.Vote == "voter").ToList();
            var answering = voters.Count(node => node.Trouble is null);
            var isWhole = answering * 2 > voters.Count && nodes.Any(node => node.Role == "leader");
            if (!isWhole)
            {
                await context.Console.Error.WriteLineAsync(
                    $"The store takes no writes: {answering} of {voters.Count} voters answer, and a majority of them is needed. Start the others, or replace dead ones ('holdfast store remove', 'add') while a majority is up.");
            }

            return isWhole ? 0 : 1;
        });
        return command;
    }

    private static Command CreateMembers(CommandContext context, IStoreAdministration store)
    {
        var format = Parts.Format();
        var command = new Command("members", "List the nodes that have a vote, or will have one.") { format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var nodes = await store.StatusAsync(PathOf(context, parsed), cancellationToken);
            var table = new Table(
                "",
                [new("Node", false), new("Vote", false)],
                ["node", "vote"],
                [.. nodes.Where(node => node.Vote is not null).Select(node => (IReadOnlyList<JsonNode?>)[node.Address, node.Vote])]);
            await context.Console.Output.WriteAsync(table.In(parsed.GetValue(format)));
            return 0;
        });
        return command;
    }

    private static Command CreateAdd(CommandContext context, IStoreAdministration store)
    {
        var address = Address("The new node's raft.self_addr, host:port. Its own file says 'join: true' in the raft section.");
        var command = new Command("add", "Add an empty node; it votes as soon as it has caught up.") { address };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await store.AddAsync(PathOf(context, parsed), parsed.GetRequiredValue(address), cancellationToken);
            await context.Console.Output.WriteLineAsync($"{parsed.GetRequiredValue(address)} is a member; it votes once it has caught up ('holdfast store status' shows it).");
            return 0;
        });
        return command;
    }

    private static Command CreateRemove(CommandContext context, IStoreAdministration store)
    {
        var address = Address("The node's raft.self_addr, host:port");
        var force = Parts.Force();
        var command = new Command("remove", "Take a node's vote away, dead or alive, unless the rest would have no majority. Its data directory is of no use afterwards.") { address, force };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var node = parsed.GetRequiredValue(address);
            var nodes = await store.StatusAsync(PathOf(context, parsed), cancellationToken);
            Refuse(StoreMembership.ObjectionToRemoving(nodes, node));
            if (!parsed.GetValue(force) && !context.Console.Confirms($"Are you sure you want to remove {node} from the store?"))
            {
                throw new CommandFailedException("Nothing was removed");
            }

            await store.RemoveAsync(PathOf(context, parsed), node, cancellationToken);
            await context.Console.Output.WriteLineAsync($"{node} is no member any more.");
            return 0;
        });
        return command;
    }

    private static Command CreateLead(CommandContext context, IStoreAdministration store)
    {
        var address = Address("The voter that is to lead the store, host:port");
        var command = new Command("lead", "Make a voter the store's leader. The database's leader is another matter: see 'switchover'.") { address };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var nodes = await store.StatusAsync(PathOf(context, parsed), cancellationToken);
            Refuse(StoreMembership.ObjectionToLeading(nodes, parsed.GetRequiredValue(address)));
            await store.LeadAsync(PathOf(context, parsed), parsed.GetRequiredValue(address), cancellationToken);
            await context.Console.Output.WriteLineAsync($"{parsed.GetRequiredValue(address)} leads the store.");
            return 0;
        });
        return command;
    }

    private static Command CreateBackup(CommandContext context, IStoreAdministration store)
    {
        var file = new Argument<string>("FILE") { Description = "Where to write it: one JSON object a line" };
        var command = new Command("backup", "Write all keys, as of one moment, to a file.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var keys = await store.ReadAsync(PathOf(context, parsed), cancellationToken);
            await StoreFile.WriteAsync(parsed.GetRequiredValue(file), keys, context.Time, cancellationToken);
            await context.Console.Output.WriteLineAsync($"{keys.Count} keys written to {parsed.GetRequiredValue(file)}.");
            return 0;
        });
        return command;
    }

    private static Command CreateRestore(CommandContext context, IStoreAdministration store)
    {
        var file = new Argument<string>("FILE") { Description = "What 'holdfast store backup' has written" };
        var force = new Option<bool>("--force") { Description = "Write over the keys that the store holds; every agent must be stopped" };
        var command = new Command("restore", "Write the keys of a file into an empty store. Those that belong to live agents are left out: the agents write them themselves.") { file, force };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = PathOf(context, parsed);
            var keys = (await StoreFile.ReadAsync(parsed.GetRequiredValue(file), cancellationToken)).Where(key => !key.IsTransient).ToList();
            var present = await store.ReadAsync(path, cancellationToken);
            if (present.Count > 0 && !parsed.GetValue(force))
            {
                throw new CommandFailedException(
                    $"The store holds {present.Count} keys, such as {present[0].Key}. A file that is older than they are would bring back an old synchronous set and history, "
                    + "and a member that lacks acknowledged writes could lead. With every agent stopped, --force writes over them.");
            }

            await store.WriteAsync(path, keys, cancellationToken);
            await context.Console.Output.WriteLineAsync($"{keys.Count} keys restored from {parsed.GetRequiredValue(file)}.");
            return 0;
        });
        return command;
    }

    private static void Refuse(string? objection)
    {
        if (objection is not null)
        {
            throw new CommandFailedException(objection);
        }
    }

    private static Argument<string> Address(string description) => new("ADDRESS") { Description = description };

    private static string? PathOf(CommandContext context, ParseResult parsed) => parsed.GetValue(context.Global.Configuration);

    private static Table StatusTable(IReadOnlyList<StoreNode> nodes) => new(
        "",
        [new("Node", false), new("Role", false), new("Vote", false), new("Term", true), new("Committed", true), new("Applied", true), new("Trouble", false)],
        ["node", "role", "vote", "term", "committed", "applied", "trouble"],
        [.. nodes.Select(node => (IReadOnlyList<JsonNode?>)[node.Address, node.Role, node.Vote, node.Term, node.Committed, node.Applied, node.Trouble])]);
}
