using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Model;
using Holdfast.Model.Approvals;

namespace Holdfast.Decisions.Configuration;

/// <summary>Reads a policy out of the dynamic configuration, as lenient as Patroni is and with a warning for every leniency.</summary>
internal static class PolicyReader
{
    private const int TimeToLiveSecondsMin = 2;
    private const int LoopWaitSecondsMin = 1;
    private const int TimeToLiveSecondsDefault = 30;
    private const int LoopWaitSecondsDefault = 10;
    private const int RetryTimeoutSecondsDefault = 10;

    public static PolicyReading Read(JsonObject configuration)
    {
        var warnings = ImmutableArray.CreateBuilder<string>();
        var timing = ReadTiming(configuration, warnings);
        var postgresql = configuration["postgresql"] as JsonObject ?? [];
        var failover = configuration["failover"] as JsonObject ?? [];
        var initial = new Policy();
        var policy = new Policy
        {
            TimeToLive = timing.TimeToLive,
            LoopWait = timing.LoopWait,
            RetryTimeout = timing.RetryTimeout,
            MaximumLagOnFailoverBytes = Amount(configuration, "maximum_lag_on_failover", Quantities.Bytes, warnings) ?? initial.MaximumLagOnFailoverBytes,
            SynchronousMode = ReadSynchronousMode(configuration, warnings),
            SynchronousNodeCount = (int)Math.Clamp(Amount(configuration, "synchronous_node_count", Quantities.Plain, warnings) ?? 1, 1, 1000),
            PrimaryStartTimeout = Seconds(configuration, "primary_start_timeout", "master_start_timeout", warnings) ?? initial.PrimaryStartTimeout,
            PrimaryStopTimeout = Seconds(configuration, "primary_stop_timeout", "master_stop_timeout", warnings) ?? initial.PrimaryStopTimeout,
            IsPaused = Flag(configuration, "pause", warnings) ?? false,
            UsesFailsafe = Flag(configuration, "failsafe_mode", warnings) ?? false,
            UsesRewind = Flag(postgresql, "use_pg_rewind", warnings) ?? initial.UsesRewind,
            UsesSlots = Flag(postgresql, "use_slots", warnings) ?? initial.UsesSlots,
            AlertRules = AlertReader.Read(configuration["alerts"] as JsonObject ?? [], warnings),
            Strategy = ReadWord(failover, "failover", "strategy", warnings, FailoverStrategy.Automatic),
            Approval = new(
                Seconds(failover, "approval_timeout", "approval_timeout", warnings) ?? ApprovalPolicy.Default.Timeout,
                ReadWord(failover, "failover", "on_timeout", warnings, ApprovalPolicy.Default.OnTimeout),
                (int)Math.Clamp(Amount(failover, "approvers", Quantities.Plain, warnings) ?? 1, 1, 100)),
            GroupMode = ReadGroupMode(configuration, warnings),
        };
        return new(policy, warnings.ToImmutable());
    }

    /// <summary>The text of a scalar, as it counts when two are compared.</summary>
    public static string Text(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.String => node.GetValue<string>(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        null or JsonValueKind.Null => "null",
        _ => node.ToJsonString(),
    };

    private static Timing ReadTiming(JsonObject configuration, ImmutableArray<string>.Builder warnings)
    {
        var timeToLive = AtLeast("ttl", TimeToLiveSecondsMin, TimeToLiveSecondsDefault);
        var loopWait = AtLeast("loop_wait", LoopWaitSecondsMin, LoopWaitSecondsDefault);
        var retryTimeout = AtLeast("retry_timeout", 1, RetryTimeoutSecondsDefault);
        var stated = new Timing(TimeSpan.FromSeconds(timeToLive), TimeSpan.FromSeconds(loopWait), TimeSpan.FromSeconds(retryTimeout));
        var lowered = stated.Lowered();
        if (lowered != stated)
        {
            warnings.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"loop_wait + 2*retry_timeout <= ttl is violated, where ttl={timeToLive}: loop_wait is lowered from {loopWait} to "
                + $"{lowered.LoopWait.TotalSeconds} and retry_timeout from {retryTimeout} to {lowered.RetryTimeout.TotalSeconds}"));
        }

        return lowered;

        long AtLeast(string key, long minimum, long absent)
        {
            var seconds = Amount(configuration, key, Quantities.Seconds, warnings) ?? absent;
            if (seconds >= minimum)
            {
                return seconds;
            }

            warnings.Add($"{key} {seconds} is too low: {minimum} is used");
            return minimum;
        }
    }

    private static SynchronousMode ReadSynchronousMode(JsonObject configuration, ImmutableArray<string>.Builder warnings)
    {
        var isStrict = Flag(configuration, "synchronous_mode_strict", warnings) ?? false;
        bool isOn;
        if (configuration["synchronous_mode"] is JsonValue value && Text(value).Equals("quorum", StringComparison.OrdinalIgnoreCase))
        {
            warnings.Add("synchronous_mode quorum is treated as on: commits wait for the named standbys, not for any of them");
            isOn = true;
        }
        else
        {
            isOn = Flag(configuration, "synchronous_mode", warnings) ?? false;
        }

        return (isOn, isStrict) switch
        {
            (true, true) => SynchronousMode.Strict,
            (true, false) => SynchronousMode.On,
            _ => SynchronousMode.Off,
        };
    }

    private static T ReadWord<T>(JsonObject section, string path, string key, ImmutableArray<string>.Builder warnings, T absent)
        where T : struct, Enum
    {
        if (section[key] is not { } node)
        {
            return absent;
        }

        if (Enum.GetNames<T>().FirstOrDefault(name => name.Equals(Text(node), StringComparison.OrdinalIgnoreCase)) is { } word)
        {
            return Enum.Parse<T>(word);
        }

        warnings.Add($"{path}.{key} {Text(node)} is ignored: one of {string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))} is expected");
        return absent;
    }

    private static GroupMode? ReadGroupMode(JsonObject configuration, ImmutableArray<string>.Builder warnings)
    {
        var mode = ((configuration["mysql"] as JsonObject)?["group"] as JsonObject)?["mode"];
        switch (mode is null ? null : Text(mode))
        {
            case null or "null":
                return null;
            case "single-primary":
                return GroupMode.SinglePrimary;
            case "multi-primary":
                return GroupMode.MultiPrimary;
            default:
                warnings.Add($"mysql.group.mode {Text(mode)} is ignored: single-primary or multi-primary is expected");
                return null;
        }
    }

    private static TimeSpan? Seconds(JsonObject configuration, string key, string olderKey, ImmutableArray<string>.Builder warnings)
    {
        var present = configuration[key] is null && configuration[olderKey] is not null ? olderKey : key;
        return Amount(configuration, present, Quantities.Seconds, warnings) is { } seconds and >= 0 ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static long? Amount(JsonObject configuration, string key, Quantities.Kind kind, ImmutableArray<string>.Builder warnings)
    {
        if (configuration[key] is not { } node)
        {
            return null;
        }

        if (node is JsonValue && Quantities.TryParse(Text(node), kind, out var amount))
        {
            return Math.Clamp(amount, -1, kind == Quantities.Seconds ? int.MaxValue / 1000 : long.MaxValue / 2);
        }

        warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{key} {Text(node)} is ignored: {kind.Expected} is expected"));
        return null;
    }

    private static bool? Flag(JsonObject configuration, string key, ImmutableArray<string>.Builder warnings)
    {
        if (configuration[key] is not { } node)
        {
            return null;
        }

        var flag = node is JsonValue ? Quantities.ParseFlag(Text(node)) : null;
        if (flag is null)
        {
            warnings.Add($"{key} {Text(node)} is ignored: true or false is expected");
        }

        return flag;
    }

    private sealed record Timing(TimeSpan TimeToLive, TimeSpan LoopWait, TimeSpan RetryTimeout)
    {
        private static readonly TimeSpan LoopWaitMin = TimeSpan.FromSeconds(LoopWaitSecondsMin);

        private static readonly TimeSpan RetryTimeoutMin = TimeSpan.FromMilliseconds(500);

        /// <summary>The same, obeying the rule: the loop gives way first, the retries only when the loop can give no more.</summary>
        public Timing Lowered()
        {
            if (LoopWait + (2 * RetryTimeout) <= TimeToLive)
            {
                return this;
            }

            if (LoopWaitMin + (2 * RetryTimeout) <= TimeToLive)
            {
                return this with { LoopWait = TimeToLive - (2 * RetryTimeout) };
            }

            var wholeSeconds = TimeSpan.FromSeconds(Math.Floor((TimeToLive - LoopWaitMin).TotalSeconds / 2));
            return this with { LoopWait = LoopWaitMin, RetryTimeout = wholeSeconds > TimeSpan.Zero ? wholeSeconds : RetryTimeoutMin };
        }
    }
}
