using Holdfast.Tests.Core.Access.Keystone;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>The same with tokens of a real Keystone: no role, system scope and a revoked token are its own.</summary>
[Collection<KeystoneCollection>]
public sealed class KeystoneAccessTests(KeystoneFixture keystone) : AccessTests
{
    internal override Task<ManilaWorld> StartAsync() => ManilaWorld.StartAsync(keystone);
}
