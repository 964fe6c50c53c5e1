using Xunit;

namespace Holdfast.Stores.Kubernetes.Tests;

/// <summary>A ConfigMap takes few letters in its names.</summary>
public sealed class KeyNamesTests
{
    [Theory]
    [InlineData("/service/shop/leader", "leader")]
    [InlineData("/service/shop/members/a-1.b", "members_.a-1.b")]
    [InlineData("/service/shop/members/a_b", "members_.a__b")]
    [InlineData("/service/shop/", "_.service_.shop_.")]
    [InlineData("/service/shop//leader", "_.service_.shop_._.leader")]
    [InlineData("/elsewhere", "_.elsewhere")]
    [InlineData("/service/shop/..", "_x002e.")]
    [InlineData("/service/shop/ä b", "_x00e4_x0020b")]
    public void A_key_has_a_name_of_its_own_and_is_found_by_it(string key, string name)
    {
        var names = new KeyNames("/service/shop/");

        Assert.Equal(name, names.ToName(key));
        Assert.Equal(key, names.ToKey(name));
    }
}
