namespace Holdfast.Tests.Api.Native;

/// <summary>The same with tokens of local identity.</summary>
public sealed class LocalNativeAccessTests : NativeAccessTests
{
    internal override Task<ManilaWorld> StartAsync() => ManilaWorld.StartLocalAsync();
}
