using System.Net;
using System.Text;
using Holdfast.Api.Access;
using Holdfast.Api.Serving;
using Holdfast.Api.Status;
using Holdfast.Decisions.Approvals;
using Holdfast.Model.Access;
using Holdfast.Model.Approvals;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Approvals;

/// <summary>
/// Answers that are given by opening a link of a notification. Opening shows what is asked and changes nothing, since mail and chat
/// servers open links as well; the page's button answers.
/// </summary>
internal static class LinkEndpoint
{
    private const string Signature = "signature";
    private const string Approver = "by";

    public static bool IsAsked(HttpRequest request) =>
        request.Query.ContainsKey(Signature) && ApprovalEndpoint.IsVote(HttpMethods.Post, request.Path.Value ?? "")
        && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsPost(request.Method));

    /// <summary>Either who answers, or why this is no link of the open request.</summary>
    public static (Caller? Caller, Reply? Refusal) Identify(HttpRequest request, MemberSnapshot snapshot)
    {
        var (id, isApproval) = ApprovalEndpoint.Parse(request.Path.Value!)!.Value;
        var approver = request.Query[Approver].ToString();
        var asked = snapshot.View?.Store.Approval;
        return asked switch
        {
            null => (null, Page(StatusCodes.Status410Gone, "Nobody asks for an approval any more", "")),
            _ when asked.Id != id => (null, Page(StatusCodes.Status410Gone, $"Request {id} is over", $"The present one is {asked.Id}.")),
            { LinkKey: { } key } when ApprovalLinks.IsGenuine(key, id, approver, isApproval, request.Query[Signature].ToString()) =>
                (new(approver, Roles.Approver), null),
            _ => (null, Page(StatusCodes.Status403Forbidden, "This link was not made by the cluster", "Nothing was answered.")),
        };
    }

    public static Reply Show(HttpRequest request, Caller caller, MemberSnapshot snapshot, RestApiOptions options)
    {
        var (_, isApproval) = ApprovalEndpoint.Parse(request.Path.Value!)!.Value;
        var asked = snapshot.View!.Store.Approval!;
        var verb = isApproval ? "Approve" : "Reject";
        var text = new StringBuilder()
            .Append(Paragraph($"{options.Scope}: {asked.Reason} (term {asked.LostTerm})."))
            .Append(Paragraph($"{asked.Candidate} would lead: {asked.Choice}."))
            .Append(Paragraph($"Worst loss: {asked.WorstLoss}."))
            .Append(asked.State == ApprovalState.Pending
                ? $"<form method=\"post\"><button autofocus>{verb} as {WebUtility.HtmlEncode(caller.Name)}</button></form>"
                : Paragraph($"It is {ApprovalVoting.Words(asked.State)} already: {asked.Outcome ?? "its candidate takes over"}."));
        return Page(StatusCodes.Status200OK, $"{verb} that {asked.Candidate} leads {options.Scope}?", text.ToString(), isHtml: true);
    }

    public static Reply Told(Reply answer) => Page(answer.Status, answer.Status < 300 ? "Done" : "Nothing was answered", Encoding.UTF8.GetString(answer.Body.Span));

    private static Reply Page(int status, string title, string text, bool isHtml = false)
    {
        var body = $$"""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="referrer" content="same-origin"><title>{{WebUtility.HtmlEncode(title)}}</title>
            <style>:root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}button{font:inherit;padding:.6rem 1.2rem}</style>
            <h1>{{WebUtility.HtmlEncode(title)}}</h1>
            {{(isHtml ? text : Paragraph(text))}}
            </html>
            """;
        return new(status, Encoding.UTF8.GetBytes(body), "text/html; charset=utf-8")
        {
            Headers =
            [
                new("Cache-Control", "no-store"),
                new("Referrer-Policy", "same-origin"),
                new("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"),
            ],
        };
    }

    private static string Paragraph(string words) => words.Length == 0 ? "" : $"<p>{WebUtility.HtmlEncode(words)}</p>";
}
