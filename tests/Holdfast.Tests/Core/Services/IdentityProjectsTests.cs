using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Holdfast.Tests.Core.Services;

public sealed class IdentityProjectsTests : IAsyncDisposable
{
    private readonly LocalIdentity identity = new();

    public ValueTask DisposeAsync() => identity.DisposeAsync();

    /// <summary>A catalog that is made again has the project as its last export had it.</summary>
    [Fact]
    public async Task A_change_of_a_project_is_exported()
    {
        await using ServiceProvider node = await identity.StartAsync();
        IdentityProjects projects = node.GetRequiredService<IdentityProjects>();
        Project project = await projects.CreateAsync(CoreFixture.Admin, "first", null, enabled: true, default);
        await identity.Catalog.WriteAsync(
            session => session.Repositories.AddAsync(project.Id, "repository", Rows.Start),
            default
        );
        Assert.Empty(await identity.Catalog.QueuedAsync());

        await projects.UpdateAsync(CoreFixture.Admin, project.Id, new("second", null, null), default);

        Operation export = Assert.Single(await identity.Catalog.QueuedAsync());
        Assert.Equal((OperationKind.ExportProject, project.Id), (export.Kind, export.ProjectId));
    }
}
