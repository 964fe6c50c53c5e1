using Holdfast.Model.Access;

namespace Holdfast.Api.Access;

/// <summary>Whose request it is.</summary>
/// <param name="Name">As it was proven, or as the client calls itself, which is then said.</param>
/// <param name="Roles">What it is trusted with.</param>
internal sealed record Caller(string Name, Roles Roles);
