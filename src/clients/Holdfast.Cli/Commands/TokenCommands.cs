using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Contracts;
using Holdfast.Cli.Access;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>Bearer tokens with roles: token create, token list, token revoke.</summary>
internal static class TokenCommands
{
    private const string Path = "holdfast/v1/tokens";

    public static Command Create(CommandContext context) =>
        new("token", "Tokens that let people and programs change things over the REST interface, each with its roles") { CreateCreate(context), CreateList(context), CreateRevoke(context) };

    private static Command CreateCreate(CommandContext context)
    {
        var name = new Argument<string>("NAME") { Description = "Whose it is; the audit trail names it" };
        var scope = Parts.OptionalCluster();
        var roles = new Option<string[]>("--role", "-r")
        {
            Description = "viewer (looks), operator (switchover, restart, pause, ...), approver (answers approvals) or admin (everything); more than one may be given",
            HelpName = "viewer|operator|approver|admin",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var life = new Option<string?>("--expires-in") { Description = "How long it is good, such as 12h or 30d; for ever if not given", HelpName = "TIME" };
        var format = Parts.Format();
        var command = new Command("create", "Make a token and print it, once: the store keeps only its hash. Use it as ctl.token, or in HOLDFAST_CTL_TOKEN") { name, scope, roles, life, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var body = new TokenBody { Name = parsed.GetValue(name), Roles = parsed.GetValue(roles), ExpiresIn = parsed.GetValue(life) };
            var answer = await client.ChangeAnywhereAsync(HttpMethod.Post, Path, JsonSerializer.Serialize(body, ApiJson.Wire.TokenBody), cancellationToken);
            var created = ClusterClient.Parse(answer, ApiJson.Wire.TokenCreated);
            await (parsed.GetValue(format) == OutputFormat.Pretty
                ? context.Console.Output.WriteLineAsync(created.Token)
                : context.Console.Output.WriteAsync(TableOf(created).In(parsed.GetValue(format))));
            return 0;
        });
        return command;
    }

    private static Command CreateList(CommandContext context)
    {
        var scope = Parts.OptionalCluster();
        var format = Parts.Format();
        var command = new Command("list", "Show whose tokens there are, and what they may do") { scope, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var list = await client.ReadAsync(Path, ApiJson.Wire.TokenList, cancellationToken);
            await context.Console.Output.WriteAsync(TableOf(list).In(parsed.GetValue(format)));
            return 0;
        });
        return command;
    }

    private static Command CreateRevoke(CommandContext context)
    {
        var id = new Argument<string>("ID") { Description = "Of the token, as 'holdfast token list' shows it, or whose it is" };
        var scope = Parts.OptionalCluster();
        var command = new Command("revoke", "Make a token worthless, at once") { id, scope };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = context.Open(parsed, parsed.GetValue(scope));
            var answer = await client.ChangeAnywhereAsync(HttpMethod.Delete, $"{Path}/{Uri.EscapeDataString(parsed.GetValue(id)!)}", null, cancellationToken);
            await context.Console.Output.WriteLineAsync(answer.Body);
            return 0;
        });
        return command;
    }

    private static Table TableOf(TokenCreated created) => Rows(
        ["id", "name", "roles", "expires_at", "token"],
        [[created.Id, created.Name, string.Join(", ", created.Roles), Text(created.ExpiresAt), created.Token]]);

    private static Table TableOf(TokenList list) => Rows(
        ["id", "name", "roles", "created_by", "created_at", "expires_at", "expired"],
        [
            .. list.Tokens.Select(token => (List<JsonNode?>)
            [
                token.Id, token.Name, string.Join(", ", token.Roles), token.CreatedBy, Text(token.CreatedAt), Text(token.ExpiresAt), token.IsExpired ? "yes" : null,
            ]),
        ]);

    private static Table Rows(string[] keys, IReadOnlyList<List<JsonNode?>> rows) => new("", [.. keys.Select(key => new Column(key, false))], keys, rows);

    private static string? Text(DateTimeOffset? time) => time?.ToString("u", CultureInfo.InvariantCulture);
}
