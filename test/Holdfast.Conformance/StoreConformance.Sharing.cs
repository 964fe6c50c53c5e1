using System.Globalization;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Conformance;

public abstract partial class StoreConformance
{
    [Fact]
    public async Task The_clusters_of_a_shared_store_are_listed_by_their_names_and_read_together_without_what_is_not_asked_for()
    {
        Assert.SkipUnless(First is ISharedStore, "one cluster is alone in this store");
        var shared = (ISharedStore)First;
        var names = Enumerable.Range(1, 30).Select(number => string.Create(CultureInfo.InvariantCulture, $"shop-{number:00}")).ToList();
        await First.PutAsync("/serviced/other/leader", "x", Stop);
        await First.PutAsync("/service/note", "a key without a step below it", Stop);
        foreach (var name in names)
        {
            await First.PutAsync($"/service/{name}/leader", name, Stop);
            await First.PutAsync($"/service/{name}/members/a", "m", Stop);
            await First.PutAsync($"/service/{name}/holdfast/audit/1", "long", Stop);
        }

        var listed = await shared.ListAsync("/service/", Stop);
        var entries = await shared.ReadManyAsync([.. listed.SelectMany(name => (string[])[$"/service/{name}/leader", $"/service/{name}/members/", $"/service/{name}/sync"])], Stop);

        Assert.Equal(names, listed);
        Assert.Equal(names.SelectMany(name => (string[])[$"/service/{name}/leader", $"/service/{name}/members/a"]), entries.Select(entry => entry.Key));
        Assert.Equal(names, entries.Where(entry => entry.Key.EndsWith("leader", StringComparison.Ordinal)).Select(entry => entry.Value));
        Assert.Empty(await shared.ListAsync("/nowhere/", Stop));
        Assert.Empty(await shared.ReadManyAsync([], Stop));
    }
}
