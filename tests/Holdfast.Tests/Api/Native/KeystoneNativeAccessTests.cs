using Holdfast.Tests.Core.Access.Keystone;
using Xunit;

namespace Holdfast.Tests.Api.Native;

/// <summary>The same with tokens of a real Keystone.</summary>
[Collection<KeystoneCollection>]
public sealed class KeystoneNativeAccessTests(KeystoneFixture keystone) : NativeAccessTests
{
    internal override Task<ManilaWorld> StartAsync() => ManilaWorld.StartAsync(keystone);
}
