using Holdfast.Api.Serving;
using Holdfast.Model.Access;
using Holdfast.Ports.Control;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Access;

/// <summary>Lets those look who may.</summary>
internal sealed class ReadingGate(IMemberControl control, TimeProvider time, RequestAudit audit)
{
    /// <summary>Null when the caller may see what is asked for; otherwise it is told why not, and that is written down.</summary>
    public async Task<Reply?> RefusalAsync(HttpContext context, RestApiOptions options, CancellationToken cancellationToken)
    {
        if (EndpointRights.IsOpen(PathOf(context)))
        {
            return null;
        }

        var (caller, refusal) = await JudgeAsync(context, options);
        if (refusal is not null && caller is null)
        {
            await audit.WriteRefusalAsync(context, EndpointOf(context), refusal, cancellationToken);
        }
        else if (refusal is not null)
        {
            await audit.WriteAsync(context, caller!, EndpointOf(context), Operations.RequestBody.Empty, refusal, cancellationToken);
        }

        return refusal;
    }

    /// <summary>The same for one who is answered either way, but not told as much.</summary>
    public async Task<bool> MayLookAsync(HttpContext context, RestApiOptions options) => (await JudgeAsync(context, options)).Refusal is null;

    private async Task<(Caller? Caller, Reply? Refusal)> JudgeAsync(HttpContext context, RestApiOptions options)
    {
        if (!options.ReadingNeedsRole)
        {
            return (null, null);
        }

        var (caller, unknown) = await Identification.IdentifyAsync(context, options, control.Tokens, time.GetUtcNow());
        return (caller, unknown ?? EndpointRights.Refusal(caller!, EndpointOf(context), Right.Look));
    }

    private static string PathOf(HttpContext context) => context.Request.Path.Value ?? "/";

    private static string EndpointOf(HttpContext context) => $"{context.Request.Method} {PathOf(context)}";
}
