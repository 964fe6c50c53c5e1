namespace Holdfast.Demo;

/// <summary>Something that the person who watches can mend, said in words for them.</summary>
public sealed class DemoException(string message) : Exception(message);
