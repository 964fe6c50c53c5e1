using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Model.Approvals;

/// <summary>Addresses that answer one request as one person: who opens one and confirms has answered, and nobody can make one up (HMAC-SHA-256, RFC 2104).</summary>
public static class ApprovalLinks
{
    /// <summary>Below a member's REST address.</summary>
    public static string PathOf(LinkKey key, string id, string approver, bool isApproval) =>
        $"/holdfast/v1/approvals/{Uri.EscapeDataString(id)}/{Verb(isApproval)}?by={Uri.EscapeDataString(approver)}&signature={Sign(key, id, approver, isApproval)}";

    public static bool IsGenuine(LinkKey key, string id, string approver, bool isApproval, string signature) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(key, id, approver, isApproval)), Encoding.UTF8.GetBytes(signature));

    private static string Sign(LinkKey key, string id, string approver, bool isApproval) => Base64Url.EncodeToString(HMACSHA256.HashData(
        Convert.FromBase64String(key.Text),
        Encoding.UTF8.GetBytes($"{id.Length}:{id}{approver.Length}:{approver}{Verb(isApproval)}")));

    private static string Verb(bool isApproval) => isApproval ? "approve" : "reject";
}
