using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Holdfast.Notifications.Slack;

/// <summary>What an incoming webhook of Slack takes. Only an attachment can have a colour.</summary>
internal sealed record SlackBody(string Text, ImmutableArray<SlackAttachment> Attachments);

internal sealed record SlackAttachment(string Color, string Fallback, ImmutableArray<SlackBlock> Blocks);

/// <param name="Type">section, context or actions.</param>
internal sealed record SlackBlock(string Type)
{
    public SlackText? Text { get; init; }

    public ImmutableArray<SlackElement>? Elements { get; init; }
}

internal sealed record SlackText(string Type, string Text);

/// <summary>A text in a line of context, or a button that opens an address.</summary>
[JsonDerivedType(typeof(PlainText))]
[JsonDerivedType(typeof(Button))]
internal abstract record SlackElement
{
    private SlackElement()
    {
    }

    public sealed record PlainText(string Text) : SlackElement
    {
        [JsonPropertyOrder(-1)]
        public string Type { get; } = "plain_text";
    }

    public sealed record Button(SlackText Text, string Url) : SlackElement
    {
        [JsonPropertyOrder(-1)]
        public string Type { get; } = "button";
    }
}
