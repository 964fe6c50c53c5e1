using Holdfast.Engines.PostgreSql.Configuration;
using Holdfast.Model;
using Holdfast.Ports;

namespace Holdfast.Engines.PostgreSql.Observation;

/// <summary>
/// Knows from which position on commits surely wait for the configured standbys. A backend waits only once the checkpointer has
/// told it so, and the checkpointer takes up a reload between its other work.
/// </summary>
internal sealed class SyncWatch(TimeProvider time, IAgentSignal signal) : IDisposable
{
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private SyncSetting? _wish;
    private string? _inForce;
    private long _inForceSince;
    private LogPosition? _effectiveFrom;
    private ITimer? _wake;

    /// <summary>As the configuration file is to have it; null until it was wished for.</summary>
    public string? Names
    {
        get
        {
            lock (_lock)
            {
                return _wish is null ? null : SyncNames.Render(_wish);
            }
        }
    }

    /// <summary>Another wish than the one in force makes what is known of the present one history: it may come back later.</summary>
    public void Wish(SyncSetting wish)
    {
        lock (_lock)
        {
            _wish = wish;
            if (_inForce != SyncNames.Render(wish))
            {
                Forget();
            }
        }
    }

    /// <summary>The process is another one: nothing is known of what it has taken up.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            Forget();
        }
    }

    /// <param name="observed">The answer.</param>
    /// <param name="askedAt">The time stamp before the question was sent.</param>
    public SyncSetting Look(Observed observed, long askedAt)
    {
        lock (_lock)
        {
            if (observed.SynchronousNames != _inForce)
            {
                Forget();
                _inForce = observed.SynchronousNames;
                _inForceSince = time.GetTimestamp();
                WakeLater();
            }
            else if (_effectiveFrom is null && time.GetElapsedTime(_inForceSince, askedAt) >= Settling)
            {
                if (observed.IsCheckpointerAttentive)
                {
                    // What a replica has taken up holds for everything that it will ever write. On a primary a commit is flushed
                    // before it looks whom to wait for: one that did not wait is below what is flushed now.
                    _effectiveFrom = observed.IsInRecovery ? LogPosition.Zero : observed.Position;
                }
                else
                {
                    WakeLater();
                }
            }
            else if (!observed.IsInRecovery && _effectiveFrom == LogPosition.Zero)
            {
                // Promoted with the setting in force: every commit since then waits, and what is older is below what is flushed now.
                _effectiveFrom = observed.Position;
            }

            var setting = _wish is not null && SyncNames.Render(_wish) == _inForce ? _wish : SyncNames.Parse(observed.SynchronousNames);
            return setting with { EffectiveFrom = _effectiveFrom };
        }
    }

    public void Dispose() => _wake?.Dispose();

    private void Forget()
    {
        _inForce = null;
        _effectiveFrom = null;
    }

    private void WakeLater()
    {
        _wake ??= time.CreateTimer(_ => signal.Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _wake.Change(Settling + TimeSpan.FromMilliseconds(10), Timeout.InfiniteTimeSpan);
    }
}
