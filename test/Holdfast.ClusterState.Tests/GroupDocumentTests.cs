using System.Text.Json.Nodes;
using Holdfast.Model;
using Holdfast.Model.Groups;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.ClusterState.Tests;

public class GroupDocumentTests
{
    private const string Server = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    private static readonly MemberName Alpha = new("alpha");

    private static readonly GroupView Group = new()
    {
        ServerId = Server,
        Address = "10.0.0.1:33061",
        State = GroupState.Online,
        Epoch = new GroupEpoch("17000000000000000", 7),
        IsMultiPrimary = true,
        AcceptsWrites = true,
        Transactions = TransactionSet.Parse($"{Server}:1-100:105,{Server}:deploy:1-3")!,
        ApplyBacklog = 3,
        CertifyBacklog = 2,
        Conflicts = 1,
        IsJoining = true,
        SlowsGroup = true,
        Members =
        [
            .. Enum.GetValues<GroupState>().Select(state => new GroupPeer($"server {state}", "10.0.0.1", 3306, state, state == GroupState.Online, "8.4.3")),
        ],
    };

    [Fact]
    public void What_a_server_says_of_its_group_comes_back_as_it_was_written() =>
        Assert.Equal(Group, Read(Written(Group)));

    [Theory]
    [InlineData(GroupState.Offline)]
    [InlineData(GroupState.Recovering)]
    [InlineData(GroupState.Online)]
    [InlineData(GroupState.Error)]
    [InlineData(GroupState.Unreachable)]
    public void Every_state_comes_back(GroupState state) => Assert.Equal(state, Read(Written(Group with { State = state }))?.State);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void That_it_joins_or_slows_the_group_is_written_where_it_is_so_and_comes_back(bool isJoining, bool slowsGroup)
    {
        var document = Written(Group with { IsJoining = isJoining, SlowsGroup = slowsGroup });

        Assert.Equal((isJoining, slowsGroup), (document["group"]!.AsObject().ContainsKey("joining"), document["group"]!.AsObject().ContainsKey("slows_group")));
        Assert.Equal((isJoining, slowsGroup), (Read(document)!.IsJoining, Read(document)!.SlowsGroup));
    }

    [Fact]
    public void One_that_says_nothing_of_it_neither_joins_nor_slows_the_group()
    {
        var document = Written(Group);
        document["group"]!["joining"] = null;
        document["group"]!.AsObject().Remove("slows_group");

        Assert.Equal((false, false), (Read(document)!.IsJoining, Read(document)!.SlowsGroup));
    }

    [Fact]
    public void A_server_that_was_never_asked_comes_back() =>
        Assert.Equal(new GroupView { Address = "10.0.0.1:33061" }, Read(Written(new GroupView { Address = "10.0.0.1:33061" })));

    [Fact]
    public void A_member_without_a_group_says_nothing_of_one()
    {
        Assert.Null(Read(Written(null)));
        Assert.False(Written(null).ContainsKey("group"));
    }

    [Fact]
    public void A_group_is_written_in_MySQLs_words_and_without_what_is_not_so()
    {
        var group = Written(new GroupView
        {
            ServerId = Server,
            Address = "10.0.0.1:33061",
            State = GroupState.Recovering,
            Epoch = new GroupEpoch("17", 7),
            Members = [new GroupPeer(Server, "10.0.0.1", 3306, GroupState.Recovering, false, "8.4.3")],
        })["group"]!;

        Assert.Equal(
            $$"""
            {"server":"{{Server}}","address":"10.0.0.1:33061","state":"RECOVERING","view":"17:7","members":[{"server":"{{Server}}","host":"10.0.0.1","port":3306,"state":"RECOVERING","version":"8.4.3"}],"transactions":""}
            """,
            group.ToJsonString());
    }

    [Theory]
    [InlineData("state", "\"BLOCKED\"")]
    [InlineData("state", "null")]
    [InlineData("view", "\"UNKNOWN\"")]
    [InlineData("view", "null")]
    [InlineData("transactions", "\"garbage\"")]
    [InlineData("transactions", "null")]
    [InlineData("members", "null")]
    [InlineData("members", "[{}]")]
    [InlineData("server", "null")]
    [InlineData("address", "null")]
    public void What_cannot_be_read_counts_as_not_said(string key, string value)
    {
        var document = Written(Group);
        document["group"]![key] = JsonNode.Parse(value);

        var group = Read(document)!;

        Assert.Equal(key == "state" ? GroupState.Offline : GroupState.Online, group.State);
        Assert.Equal(key == "view", group.Epoch is null);
        Assert.Equal(key == "transactions", group.Transactions.Equals(TransactionSet.Empty));
        Assert.Equal(key == "members", group.Members.All(member => member.Host.Length == 0));
        Assert.Equal(key == "server", group.ServerId is null);
        Assert.Equal(key == "address", group.Address.Length == 0);
    }

    [Fact]
    public void A_member_in_an_unknown_state_is_none_that_serves()
    {
        var document = Written(Group);
        document["group"]!["members"]!.AsArray()[2]!["state"] = "BLOCKED";

        Assert.Equal(GroupState.Offline, Read(document)!.Members[2].State);
        Assert.Null(Read(document)!.Primary);
    }

    private static JsonObject Written(GroupView? group) => JsonNode.Parse(Documents.ToText(
        new MemberReport
        {
            Name = Alpha,
            Session = null,
            Revision = new Revision(5),
            State = MemberState.Running,
            Role = DatabaseRole.Primary,
            Group = group,
        },
        new MemberIdentity("mysql://10.0.0.1:3306", "http://10.0.0.1:8008/patroni", "1.0", null)))!.AsObject();

    private static GroupView? Read(JsonObject document) =>
        Documents.ToReport(Alpha, new StoreEntry("members/alpha", document.ToJsonString(), new Revision(5), null))!.Group;
}
