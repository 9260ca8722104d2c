using Holdfast.Engine;
using Holdfast.Objects.Memory;
using Xunit;

namespace Holdfast.Tests.Engine;

public sealed class RepositoriesTests
{
    private readonly Repositories repositories = new(new MemoryObjectStore());

    [Fact]
    public async Task EachProjectHasItsOwn()
    {
        await using Repository one = await repositories.InitAsync("p1", "secret 1", new RepositoryOptions(), default);
        await using Repository two = await repositories.InitAsync("p2", "secret 2", new RepositoryOptions(), default);
        Assert.NotEqual(one.Id, two.Id);
        await using Repository again = await repositories.OpenAsync("p1", "secret 1", new RepositoryOptions(), default);
        Assert.Equal((one.Id, one.ChunkerPolynomial), (again.Id, again.ChunkerPolynomial));
        Assert.True(await repositories.ExistsAsync("p2", default));
        Assert.False(await repositories.ExistsAsync("p3", default));
    }

    [Fact]
    public async Task AnotherProjectsPasswordIsWrong()
    {
        await using Repository one = await repositories.InitAsync("p1", "secret 1", new RepositoryOptions(), default);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
            repositories.OpenAsync("p1", "secret 2", new RepositoryOptions(), default)
        );
        Assert.Equal(EngineErrorKind.WrongPassword, error.Kind);
    }

    [Fact]
    public async Task InitKeepsWhatIsThere()
    {
        await using Repository one = await repositories.InitAsync("p1", "secret", new RepositoryOptions(), default);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
            repositories.InitAsync("p1", "secret", new RepositoryOptions(), default)
        );
        Assert.Equal(EngineErrorKind.Exists, error.Kind);
        await using Repository again = await repositories.OpenAsync("p1", "secret", new RepositoryOptions(), default);
        Assert.Equal(one.Id, again.Id);
    }

    [Fact]
    public async Task WhatIsNotThereIsNotFound()
    {
        EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
            repositories.OpenAsync("p1", "secret", new RepositoryOptions(), default)
        );
        Assert.Equal(EngineErrorKind.NotFound, error.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("keyring")]
    [InlineData("export")]
    public async Task AProjectIdLeadsNowhereElse(string project)
    {
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => repositories.ExistsAsync(project, default));
        Assert.Equal(EngineErrorKind.Invalid, error.Kind);
    }
}
