namespace Holdfast.Tests.Api.Manila;

/// <summary>The same with tokens of local identity. It knows no system scope: that caller is an administrator without a project.</summary>
public sealed class LocalAccessTests : AccessTests
{
    internal override Task<ManilaWorld> StartAsync() => ManilaWorld.StartLocalAsync();
}
