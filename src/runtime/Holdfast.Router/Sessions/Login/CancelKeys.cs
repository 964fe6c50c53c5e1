using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;

namespace Holdfast.Router.Sessions.Login;

/// <summary>Where a session's statements run now, and the key that cancels them there.</summary>
internal sealed record CancelTarget(IPEndPoint Address, StartupPacket.Cancel Request);

/// <summary>The keys that clients were given: they stay the same while their sessions move.</summary>
internal sealed class CancelKeys
{
    private readonly ConcurrentDictionary<(int Process, int Secret), CancelTarget?> targets = new();

    public (int Process, int Secret) Give()
    {
        while (true)
        {
            var key = (RandomNumberGenerator.GetInt32(1, int.MaxValue), RandomNumberGenerator.GetInt32(int.MinValue, int.MaxValue));
            if (targets.TryAdd(key, null))
            {
                return key;
            }
        }
    }

    public void Set((int Process, int Secret) key, CancelTarget? target) => targets[key] = target;

    public void TakeBack((int Process, int Secret) key) => targets.TryRemove(key, out _);

    /// <summary>Null when the key is nobody's, or nothing runs.</summary>
    public CancelTarget? Find(StartupPacket.Cancel request) =>
        request.Key.Length == 4
            ? targets.GetValueOrDefault((request.Process, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(request.Key)))
            : null;
}
