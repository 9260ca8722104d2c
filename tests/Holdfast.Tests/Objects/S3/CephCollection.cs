using Holdfast.Testing.S3;
using Xunit;

namespace Holdfast.Tests.Objects.S3;

/// <summary>Tests on one running gateway of Ceph's, each in a place of its own there.</summary>
[CollectionDefinition]
public sealed class CephCollection : ICollectionFixture<CephFixture>;

public sealed class CephFixture : IAsyncLifetime
{
    public CephGateway Gateway { get; private set; } = null!;

    public S3Account Account => Gateway.Account;

    public async ValueTask InitializeAsync() => Gateway = await CephGateway.StartAsync();

    public ValueTask DisposeAsync() => Gateway?.DisposeAsync() ?? ValueTask.CompletedTask;
}
