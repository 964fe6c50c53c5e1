using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Configuration.Yaml;
using Holdfast.Decisions.Configuration;

namespace Holdfast.Configuration.Reading;

/// <summary>
/// One mapping of the configuration while it is read: typed access that reports what does not fit. The keys it is asked for
/// are the keys it knows, so whatever is left over at the end is reported as unknown.
/// </summary>
internal sealed class Section(string path, ConfigNode.Mapping? node, Origin parent, ProblemList problems)
{
    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    public bool IsPresent => node is not null;

    public Origin Origin => node?.Origin ?? parent;

    public ProblemList Problems => problems;

    public IEnumerable<ConfigNode.Entry> Entries => node?.Entries ?? [];

    public string PathOf(string key) => path.Length == 0 ? key : $"{path}.{key}";

    /// <summary>Anything that stands under the key; null when nothing does.</summary>
    public ConfigNode? Node(string key)
    {
        known.Add(key);
        return node?.Find(key)?.Value is { } found && !ScalarValue.IsNull(found) ? found : null;
    }

    public ConfigNode.Scalar? Scalar(string key, string expected)
    {
        switch (Node(key))
        {
            case null:
                return null;
            case ConfigNode.Scalar scalar:
                return scalar;
            case var other:
                Wrong(key, other, expected);
                return null;
        }
    }

    public string? Text(string key) => Scalar(key, "a text")?.Text;

    public string? RequiredText(string key, string example)
    {
        var text = Text(key);
        if (string.IsNullOrWhiteSpace(text))
        {
            Missing(key, example);
            return null;
        }

        return text;
    }

    public bool? Flag(string key)
    {
        const string Expected = "true or false";
        if (Scalar(key, Expected) is not { } scalar)
        {
            return null;
        }

        var flag = Quantities.ParseFlag(scalar.Text);
        if (flag is null)
        {
            Wrong(key, scalar, Expected);
        }

        return flag;
    }

    public long? Amount(string key, Quantities.Kind kind, long minimum, long maximum)
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"{kind.Expected} from {minimum} to {maximum}");
        if (Scalar(key, expected) is not { } scalar)
        {
            return null;
        }

        if (Quantities.TryParse(scalar.Text, kind, out var amount) && amount >= minimum && amount <= maximum)
        {
            return amount;
        }

        Wrong(key, scalar, expected);
        return null;
    }

    /// <summary>A length of time: seconds, with a fraction or a unit where one is written.</summary>
    public TimeSpan? Duration(string key, decimal minimumSeconds, decimal maximumSeconds)
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"{Quantities.Seconds.Expected} from {minimumSeconds} to {maximumSeconds}");
        if (Scalar(key, expected) is not { } scalar)
        {
            return null;
        }

        if (Quantities.TryParseExact(scalar.Text, Quantities.Seconds, out var seconds) && seconds >= minimumSeconds && seconds <= maximumSeconds)
        {
            return TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
        }

        Wrong(key, scalar, expected);
        return null;
    }

    public T? Word<T>(string key, params ReadOnlySpan<(string Word, T Value)> words)
        where T : struct
    {
        var all = words.ToArray();
        var expected = $"one of {string.Join(", ", all.Select(word => word.Word))}";
        if (Scalar(key, expected) is not { } scalar)
        {
            return null;
        }

        foreach (var (word, value) in all)
        {
            if (word.Equals(scalar.Text, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        Wrong(key, scalar, expected, Spelling.Nearest(scalar.Text, all.Select(word => word.Word)));
        return null;
    }

    /// <summary>A list of texts; a single text is a list of one when it may be.</summary>
    public ImmutableArray<string>? Texts(string key)
    {
        const string Expected = "a list of texts";
        switch (Node(key))
        {
            case null:
                return null;
            case ConfigNode.Sequence sequence when sequence.Items.All(item => item is ConfigNode.Scalar):
                return [.. sequence.Items.OfType<ConfigNode.Scalar>().Select(item => item.Text)];
            case var other:
                Wrong(key, other, Expected);
                return null;
        }
    }

    /// <summary>A mapping of texts, in order, with flags as on and off; absent when null stands for a value.</summary>
    public ImmutableArray<NamedValue> NamedValues(string key)
    {
        var inner = Inner(key);
        var values = ImmutableArray.CreateBuilder<NamedValue>();
        foreach (var entry in inner.Entries)
        {
            if (entry.Value is ConfigNode.Scalar scalar)
            {
                if (!ScalarValue.IsNull(scalar))
                {
                    values.Add(new(entry.Key, ScalarValue.Flag(scalar) is { } flag ? (flag ? "on" : "off") : scalar.Text));
                }
            }
            else
            {
                inner.Wrong(entry.Key, entry.Value, "a single value");
            }
        }

        return values.ToImmutable();
    }

    /// <summary>Options of a program: a list of names and <c>name: value</c> pairs, or a mapping.</summary>
    public ImmutableArray<CommandOption> CommandOptions(string key) => Node(key) switch
    {
        null => [],
        ConfigNode.Sequence sequence => [.. sequence.Items.SelectMany(item => OptionsOf(key, item))],
        var other => OptionsOf(key, other),
    };

    public HostPort? Address(string key, int defaultPort)
    {
        const string Expected = "an address such as 10.0.0.1:8008";
        if (Scalar(key, Expected) is not { } scalar)
        {
            return null;
        }

        var address = Addresses.ParseAddress(scalar.Text, defaultPort);
        if (address is null)
        {
            Wrong(key, scalar, Expected);
        }

        return address;
    }

    /// <summary>An address that others reach this member at, so it must be a real one.</summary>
    public HostPort? ReachableAddress(string key, int defaultPort)
    {
        var address = Address(key, defaultPort);
        if (address is { Host: "*" or "0.0.0.0" or "::" } && Node(key) is { } scalar)
        {
            Wrong(key, scalar, "an address that the other members can reach, not a wildcard");
            return null;
        }

        return address;
    }

    public ListenAddress? Listen(string key, int defaultPort)
    {
        const string Expected = "addresses to listen on such as 10.0.0.1:8008 or 127.0.0.1,10.0.0.1:5432";
        if (Scalar(key, Expected) is not { } scalar)
        {
            return null;
        }

        var address = Addresses.ParseListen(scalar.Text, defaultPort);
        if (address is null)
        {
            Wrong(key, scalar, Expected);
        }

        return address;
    }

    public Section Inner(string key)
    {
        var inner = Node(key);
        if (inner is not null and not ConfigNode.Mapping)
        {
            Wrong(key, inner, "a section: lines of 'key: value' below it");
        }

        return new(PathOf(key), inner as ConfigNode.Mapping, inner?.Origin ?? Origin, problems);
    }

    /// <summary>Keys that are Patroni's and are accepted, but have no meaning here.</summary>
    public void AcceptWithoutMeaning(string reason, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (Node(key) is { } unused)
            {
                problems.Warning(KeyOrigin(key, unused), PathOf(key), $"has no effect: {reason}");
            }
        }
    }

    public void Missing(string key, string example) =>
        problems.Error(Origin, PathOf(key), $"is missing; write for example '{key}: {example}'");

    public void Error(string key, string message) =>
        problems.Error(node?.Find(key)?.Origin ?? Origin, PathOf(key), message);

    public void Warning(string key, string message) =>
        problems.Warning(node?.Find(key)?.Origin ?? Origin, PathOf(key), message);

    /// <summary>Reports every key that nobody asked for.</summary>
    public void RefuseUnknown()
    {
        foreach (var entry in Entries.Where(entry => !known.Contains(entry.Key)))
        {
            var suggestion = Spelling.Nearest(entry.Key, known) is { } meant ? $"; did you mean '{meant}'?" : "";
            problems.Error(entry.Origin, PathOf(entry.Key), $"is not a known key{suggestion}");
        }
    }

    public void Wrong(string key, ConfigNode value, string expected, string? meant = null)
    {
        var suggestion = meant is null ? "" : $"; did you mean '{meant}'?";
        problems.Error(value.Origin, PathOf(key), $"{Secrets.Describe(PathOf(key), value)} is not {expected}{suggestion}");
    }

    private Origin KeyOrigin(string key, ConfigNode value) => node?.Find(key)?.Origin ?? value.Origin;

    private ImmutableArray<CommandOption> OptionsOf(string key, ConfigNode item)
    {
        switch (item)
        {
            case ConfigNode.Scalar scalar:
                return [new(scalar.Text, null)];
            case ConfigNode.Mapping mapping when mapping.Entries.All(entry => entry.Value is ConfigNode.Scalar):
                return [.. mapping.Entries.Select(entry => new CommandOption(entry.Key, OptionValue((ConfigNode.Scalar)entry.Value)))];
            default:
                Wrong(key, item, "a list of options: '- name' or '- name: value'");
                return [];
        }
    }

    // "- data-checksums: true" is how some tools write a switch.
    private static string? OptionValue(ConfigNode.Scalar value) =>
        ScalarValue.IsNull(value) || ScalarValue.Flag(value) == true ? null : value.Text;
}
