namespace Holdfast.Demo.Canary;

/// <summary>One write that a server acknowledged. Times count from the canary's start, by the monotonic clock.</summary>
/// <param name="Writer">Which writer wrote it.</param>
/// <param name="Sequence">The writer's own number for it.</param>
/// <param name="Server">Who acknowledged: its port.</param>
/// <param name="Timeline">The server's history: every promotion begins a new one.</param>
/// <param name="Connected">When the connection was opened.</param>
/// <param name="Sent">Just before it was sent.</param>
/// <param name="Acknowledged">When the answer was there.</param>
public readonly record struct Acknowledgement(
    int Writer,
    long Sequence,
    string Server,
    long Timeline,
    TimeSpan Connected,
    TimeSpan Sent,
    TimeSpan Acknowledged);
