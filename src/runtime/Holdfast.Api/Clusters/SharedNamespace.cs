using Holdfast.Ports.Store;

namespace Holdfast.Api.Clusters;

/// <summary>Where clusters are beside each other.</summary>
/// <param name="Store">That they have in common.</param>
/// <param name="Name">Of the namespace, as the configuration has it.</param>
public sealed record SharedNamespace(ISharedStore Store, string Name);
