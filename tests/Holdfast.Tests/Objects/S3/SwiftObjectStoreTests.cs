using Holdfast.Testing.Objects;
using Holdfast.Testing.S3;
using Xunit;

namespace Holdfast.Tests.Objects.S3;

[Trait("e2e", "s3")]
public sealed class SwiftObjectStoreTests(SwiftFixture swift) : S3StoreSuite, IClassFixture<SwiftFixture>
{
    protected override S3Account Account => swift.Server.Account;
}

public sealed class SwiftFixture : IAsyncLifetime
{
    public SwiftServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await SwiftServer.StartAsync();

    public ValueTask DisposeAsync() => Server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
