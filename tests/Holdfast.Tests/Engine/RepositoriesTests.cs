using System.Buffers;
using Holdfast.Engine;
using Holdfast.Objects;
using Holdfast.Objects.Memory;
using Xunit;

namespace Holdfast.Tests.Engine;

public sealed class RepositoriesTests
{
    private readonly MemoryObjectStore store = new();
    private readonly Repositories repositories;

    public RepositoriesTests() => repositories = new(store);

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

    /// <summary>More than are tried when the repository is opened.</summary>
    [Fact]
    public async Task ARemovedPasswordOpensNoneOfManyKeys()
    {
        await using Repository one = await repositories.InitAsync("p1", "secret", new RepositoryOptions(), default);
        ObjectInfo key = Assert.Single(await store.ListAsync("p1/keys", default).ToListAsync());
        byte[] content = new byte[key.Size];
        await store.ReadAsync(key.Name, 0, content, default);
        for (int i = 0; i < 21; i++)
        {
            var copy = new ObjectName($"p1/keys/{i:x64}");
            await store.PutAsync(copy, new ReadOnlySequence<byte>(content), default);
        }
        await repositories.RemovePasswordAsync("p1", "secret", new RepositoryOptions(), default);
        Assert.Empty(await store.ListAsync("p1/keys", default).ToListAsync());
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
