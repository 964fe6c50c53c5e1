namespace Holdfast.Host.Composition;

/// <summary>The process cannot start; the message says what is wrong and what to do, and nothing was touched.</summary>
internal sealed class StartRefusedException(string message, Exception? inner) : Exception(message, inner);
