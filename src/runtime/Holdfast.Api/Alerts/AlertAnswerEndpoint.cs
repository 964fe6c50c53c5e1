using Holdfast.Api.Operations;
using Holdfast.Api.Serving;
using Holdfast.Decisions.Alerts;
using Holdfast.Decisions.Configuration;
using Holdfast.Model.Alerts;
using Holdfast.Ports.Control;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Alerts;

/// <summary>Takes what people say of alerts: silences, and that somebody has taken one in hand.</summary>
internal sealed class AlertAnswerEndpoint(IMemberControl control, TimeProvider time)
{
    private const string Silences = AlertEndpoint.Path + "/silences";
    private const string Acknowledge = AlertEndpoint.Path + "/acknowledge";
    private const int CommentLettersMax = 1000;
    private const int NameLettersMax = 200;

    public static bool IsAnswer(string method, string path) => (method, path.TrimEnd('/')) switch
    {
        ("POST", Silences or Acknowledge) => true,
        ("DELETE", var below) => IdOf(below) is not null,
        _ => false,
    };

    public async Task<Reply> AnswerAsync(string method, string path, RequestBody body, string by, CancellationToken cancellationToken) => (method, path.TrimEnd('/')) switch
    {
        _ when body.Text("comment")?.Length > CommentLettersMax => Bad($"comment must have at most {CommentLettersMax} letters"),
        ("POST", Silences) => await SilenceAsync(body, by, cancellationToken),
        ("POST", _) => await AcknowledgeAsync(body, by, cancellationToken),
        (_, var below) => ReplyOf(
            await control.AnswerAlertsAsync((answers, board) => AlertAnswering.EndSilence(answers, board, IdOf(below)!, time.GetUtcNow()), cancellationToken), StatusCodes.Status200OK),
    };

    private async Task<Reply> SilenceAsync(RequestBody body, string by, CancellationToken cancellationToken)
    {
        var (rule, member, now) = (body.Text("rule"), body.Text("member"), time.GetUtcNow());
        if (rule is null && member is null && body.Text("all") != "true")
        {
            return Bad("rule or member is needed; all: true silences everything");
        }

        if (rule?.Length > NameLettersMax || member?.Length > NameLettersMax)
        {
            return Bad($"rule and member must have at most {NameLettersMax} letters");
        }

        if (body.Text("for") is not { } length || !Quantities.TryParse(length, Quantities.Seconds, out var seconds) || seconds <= 0 || seconds > AlertAnswering.LongestSilence.TotalSeconds)
        {
            return Bad($"for is needed, {AlertAnswering.LongestSilence.TotalDays:0} days at most: {Quantities.Seconds.Expected}");
        }

        var silence = new AlertSilence("", rule, member, now, now + TimeSpan.FromSeconds(seconds), by, body.Text("comment") ?? "");
        return ReplyOf(await control.AnswerAlertsAsync((answers, board) => AlertAnswering.Silence(answers, board, silence), cancellationToken), StatusCodes.Status201Created);
    }

    private async Task<Reply> AcknowledgeAsync(RequestBody body, string by, CancellationToken cancellationToken) => body.Text("alert") is { } key
        ? ReplyOf(
            await control.AnswerAlertsAsync(
                (answers, board) => AlertAnswering.Acknowledge(answers, board, key, by, body.Text("comment") ?? "", time.GetUtcNow()), cancellationToken),
            StatusCodes.Status200OK)
        : Bad("alert is needed: the id of one that fires, as /holdfast/v1/alerts shows it");

    private static string? IdOf(string path) =>
        path.StartsWith(Silences + "/", StringComparison.Ordinal) && path[(Silences.Length + 1)..] is { Length: > 0 } id && !id.Contains('/', StringComparison.Ordinal) ? id : null;

    private static Reply Bad(string words) => Reply.Words(StatusCodes.Status400BadRequest, words);

    private static Reply ReplyOf(ControlAnswer answer, int done) => Reply.Words(
        answer.Outcome switch
        {
            ControlOutcome.Done => done,
            ControlOutcome.Refused or ControlOutcome.Conflict => StatusCodes.Status409Conflict,
            _ => StatusCodes.Status503ServiceUnavailable,
        },
        answer.Words);
}
