using System.Xml.Linq;
using Xunit;

namespace Holdfast.Architecture.Tests;

/// <summary>Folders are rooms, and arrows point to the core.</summary>
public sealed class RoomTests
{
    private static readonly Dictionary<string, string[]> MaySee = new()
    {
        ["core"] = ["core"],
        ["ports"] = ["core"],
        ["adapters"] = ["core", "ports"],
        ["wire"] = [],
        ["state"] = ["core", "ports", "wire"],
        ["runtime"] = ["core", "ports", "wire", "state"],
        ["clients"] = ["wire"],
        ["hosts"] = ["core", "ports", "adapters", "wire", "state", "runtime", "clients", "hosts"],
    };

    [Fact]
    public void A_room_sees_only_the_rooms_that_it_may_see()
    {
        var objections =
            from project in Repository.Files("src", "*.csproj")
            let room = RoomOf(project)
            from reference in References(project)
            where !MaySee[room].Contains(RoomOf(reference)) && !IsFamily(project, reference)
            select $"{Repository.Name(project)} ({room}) sees {Repository.Name(reference)} ({RoomOf(reference)})";

        Assert.Empty(objections);
    }

    [Fact]
    public void Every_project_is_in_a_known_room_and_named_after_its_folder()
    {
        Assert.All(Repository.Files("src", "*.csproj"), project =>
        {
            Assert.Contains(RoomOf(project), MaySee.Keys);
            Assert.Equal(Path.GetFileName(Path.GetDirectoryName(project)), Path.GetFileNameWithoutExtension(project));
        });
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Holdfast.slnx"));
        Assert.All(
            Repository.Files("src", "*.csproj").Concat(Repository.Files("test", "*.csproj")).Concat(Repository.Files("bench", "*.csproj")),
            project => Assert.Contains(Repository.Name(project), solution, StringComparison.Ordinal));
    }

    [Fact]
    public void A_project_states_no_package_version_of_its_own_and_has_a_lock_file()
    {
        Assert.All(Repository.Files("src", "*.csproj").Concat(Repository.Files("test", "*.csproj")), project =>
        {
            Assert.DoesNotContain(XDocument.Load(project).Descendants("PackageReference"), package => package.Attribute("Version") is not null);
            Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")), $"{project} has no lock file");
        });
    }

    private static string RoomOf(string project) => Path.GetRelativePath(Path.Combine(Repository.Root, "src"), project).Split('/')[0];

    /// <summary>What adapters of one kind have in common: Holdfast.Engines for Holdfast.Engines.PostgreSql.</summary>
    private static bool IsFamily(string project, string reference) =>
        Path.GetFileNameWithoutExtension(project).StartsWith(Path.GetFileNameWithoutExtension(reference) + ".", StringComparison.Ordinal)
        && RoomOf(project) == RoomOf(reference);

    private static IEnumerable<string> References(string project) =>
        XDocument.Load(project).Descendants("ProjectReference")
            .Select(reference => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, reference.Attribute("Include")!.Value)));
}
