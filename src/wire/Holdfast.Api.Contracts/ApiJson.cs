using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Api.Contracts.Audit;

namespace Holdfast.Api.Contracts;

/// <summary>The JSON of the REST interface: Patroni's names, absent rather than null, nothing escaped that need not be.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MemberStatus))]
[JsonSerializable(typeof(ClusterOverview))]
[JsonSerializable(typeof(SwitchoverBody))]
[JsonSerializable(typeof(RestartBody))]
[JsonSerializable(typeof(ReinitializeBody))]
[JsonSerializable(typeof(FailsafeBody))]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
[JsonSerializable(typeof(HoldfastStatus))]
[JsonSerializable(typeof(DecisionList))]
[JsonSerializable(typeof(RouterStatus))]
[JsonSerializable(typeof(ApprovalList))]
[JsonSerializable(typeof(AlertList))]
[JsonSerializable(typeof(AuditList))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(ApprovalBody))]
[JsonSerializable(typeof(LiveOverview))]
[JsonSerializable(typeof(LoginStatus))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(TokenCreated))]
[JsonSerializable(typeof(TokenList))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(JsonElement[]))]
public sealed partial class ApiJson : JsonSerializerContext
{
    public static ApiJson Wire => WireOptions.Context;
}

// Apart, because the generated half of the context has statics of its own and the order between the two is not defined.
file static class WireOptions
{
    public static readonly ApiJson Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
