using Holdfast.Testing.Objects;
using Holdfast.Testing.S3;
using Xunit;

namespace Holdfast.Tests.Objects.S3;

[Collection<CephCollection>]
public sealed class S3ObjectStoreTests(CephFixture ceph) : S3StoreSuite
{
    protected override S3Account Account => ceph.Account;
}
