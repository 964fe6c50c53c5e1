namespace Holdfast.Cli.Tests;

/// <summary>An embedded store that a test writes the lines of.</summary>
internal sealed class ScriptedStore : IStoreAdministration
{
    public List<StoreNode> Nodes { get; } =
    [
        new("10.0.0.1:2380", "leader", "voter", 3, 120, 120, null),
        new("10.0.0.2:2380", "follower", "voter", 3, 119, 119, null),
        new("10.0.0.3:2380", null, "voter", null, null, null, "Connection refused"),
    ];

    public List<StoreKey> Keys { get; } = [];

    public List<string> Requests { get; } = [];

    public Task<IReadOnlyList<StoreNode>> StatusAsync(string? configurationPath, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StoreNode>>(Nodes);

    public Task AddAsync(string? configurationPath, string address, CancellationToken cancellationToken) => NoteAsync($"add {address}");

    public Task RemoveAsync(string? configurationPath, string address, CancellationToken cancellationToken) => NoteAsync($"remove {address}");

    public Task LeadAsync(string? configurationPath, string address, CancellationToken cancellationToken) => NoteAsync($"lead {address}");

    public Task<IReadOnlyList<StoreKey>> ReadAsync(string? configurationPath, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StoreKey>>([.. Keys]);

    public Task WriteAsync(string? configurationPath, IReadOnlyList<StoreKey> keys, CancellationToken cancellationToken)
    {
        Keys.RemoveAll(old => keys.Any(key => key.Key == old.Key));
        Keys.AddRange(keys);
        return Task.CompletedTask;
    }

    private Task NoteAsync(string request)
    {
        Requests.Add(request);
        return Task.CompletedTask;
    }
}
