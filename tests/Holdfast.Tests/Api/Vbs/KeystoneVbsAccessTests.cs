using Holdfast.Tests.Core.Access.Keystone;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>The same with tokens of a real Keystone.</summary>
[Collection<KeystoneCollection>]
public sealed class KeystoneVbsAccessTests(KeystoneFixture keystone) : VbsAccessTests
{
    internal override Task<ManilaWorld> StartAsync() => ManilaWorld.StartAsync(keystone);
}
