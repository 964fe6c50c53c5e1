using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Host;

/// <summary>The one place where the real clock enters; everything else is handed a TimeProvider.</summary>
internal static class HostClock
{
    [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "The host hands the clock to everybody else.")]
    public static TimeProvider Time => TimeProvider.System;
}
