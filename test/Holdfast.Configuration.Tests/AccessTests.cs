using System.Runtime.CompilerServices;
using Holdfast.Model.Access;
using Xunit;

namespace Holdfast.Configuration.Tests;

public sealed class AccessTests
{
    [Fact]
    public void The_pages_example_is_read_as_it_stands()
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "docs", "access.md"));
        var example = page.Split("```yaml\n")[1].Split("```")[0].Replace("  listen: 10.0.0.1:8008\n", "", StringComparison.Ordinal);

        var configuration = Read(example["restapi:\n".Length..]);

        var access = configuration.RestApi!.Access;
        Assert.Equal(new Credentials("admin", "change-me"), access.Password);
        Assert.True(access.IsRequired);
        Assert.Equal([new("dba", Roles.Operator | Roles.Approver), new GrantedRoles("deploy", Roles.Operator)], access.Certificates);
        Assert.Equal(("https://id.example.org/realms/ops", "holdfast", "groups", "preferred_username"), (access.Oidc!.Issuer.ToString(), access.Oidc.Audience, access.Oidc.RolesClaim, access.Oidc.NameClaim));
        Assert.Equal([new("database-admins", Roles.Admin), new GrantedRoles("on-call", Roles.Operator | Roles.Approver)], access.Oidc.Roles);
        Assert.Equal(access.Password, configuration.Ctl.Authentication);
    }

    [Theory]
    [InlineData("  authentication: {username: admin}", "restapi.authentication needs both username and password")]
    [InlineData("  authentication: {certificates: {olga: root}}", "restapi.authentication.certificates.olga: the value (not shown) is not a role")]
    [InlineData("  authentication: {certificates: {olga: admin}}", "nobody is asked for a certificate; write restapi.verify_client as well")]
    [InlineData("  authentication: {oidc: {issuer: 'https://id.example.org', roles: {a: admin}}}", "restapi.authentication.oidc.audience is missing")]
    [InlineData("  authentication: {oidc: {issuer: 'http://id.example.org', audience: h, roles: {a: admin}}}", "must be an address that begins with https://")]
    [InlineData("  authentication: {oidc: {issuer: 'https://id.example.org', audience: h}}", "restapi.authentication.oidc.roles is missing")]
    [InlineData("  authentication: {reading: nobody}", "restapi.authentication.reading: the value (not shown) is not one of open, viewer")]
    [InlineData("  authentication: {reading: viewer, required: true}", "restapi.authentication.reading leaves the members nothing to show to each other")]
    [InlineData("  authentication: {tokens: true}", "restapi.authentication.tokens is not a known key")]
    public void What_makes_no_sense_is_refused_with_where_and_what_to_do(string lines, string expected)
    {
        var problems = Problems(lines);

        Assert.Contains(problems, problem => problem.Replace(":", "", StringComparison.Ordinal).Contains(expected.Replace(":", "", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("  authentication: {reading: viewer, username: admin, password: p}")]
    [InlineData("  authentication: {reading: viewer}\nctl: {token: hft_1_2}")]
    [InlineData("  authentication: {reading: viewer}\n  certfile: a.pem\n  cafile: b.pem\n  verify_client: optional")]
    public void Reading_may_need_a_role_where_the_members_have_something_to_show(string lines) =>
        Assert.True(Read(lines).RestApi!.Access.ReadingNeedsRole);

    private static HoldfastConfiguration Read(string lines) => Configurations.Valid(With(lines));

    private static string[] Problems(string lines) =>
        [.. Configurations.Parse(With(lines)).Problems.Select(problem => problem.ToString())];

    private static string With(string lines) => Configurations.Smallest.Replace(
        "restapi: {listen: '127.0.0.1:8008', connect_address: '127.0.0.1:8008'}", $"restapi:\n  listen: 127.0.0.1:8008\n{lines}", StringComparison.Ordinal);

    private static string Here([CallerFilePath] string here = "") => here;
}
