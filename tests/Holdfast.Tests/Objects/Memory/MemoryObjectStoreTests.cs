using Holdfast.Objects;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Objects;

namespace Holdfast.Tests.Objects.Memory;

public sealed class MemoryObjectStoreTests : ObjectStoreSuite
{
    protected override IObjectStore Store { get; } = new MemoryObjectStore();
}
