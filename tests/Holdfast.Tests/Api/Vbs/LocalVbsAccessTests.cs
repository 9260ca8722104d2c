namespace Holdfast.Tests.Api.Vbs;

/// <summary>The same with tokens of local identity.</summary>
public sealed class LocalVbsAccessTests : VbsAccessTests
{
    internal override Task<ManilaWorld> StartAsync() => ManilaWorld.StartLocalAsync();
}
