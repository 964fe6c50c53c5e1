using System.Collections.Immutable;
using Holdfast.Model;

namespace Holdfast.Decisions.Configuration;

/// <summary>What a dynamic configuration means, and what in it was lowered or ignored.</summary>
public sealed record PolicyReading(Policy Policy, ImmutableArray<string> Warnings);
