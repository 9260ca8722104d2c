using Holdfast.Engine.Trees;
using Xunit;

namespace Holdfast.Tests.Engine.Trees;

public sealed class GoFileModeTests
{
    [Theory]
    [InlineData(0x43FFu, 2148532735u, NodeType.Dir)] // drwxrwxrwt
    [InlineData(0x81A4u, 420u, NodeType.File)]
    [InlineData(0x8DEDu, 12_583_405u, NodeType.File)] // -rwsr-sr-x
    [InlineData(0xA1FFu, 134_218_239u, NodeType.Symlink)]
    [InlineData(0x61B0u, 67_109_296u, NodeType.Dev)]
    [InlineData(0x21B6u, 69_206_454u, NodeType.CharDev)]
    [InlineData(0x11A4u, 33_554_852u, NodeType.Fifo)]
    [InlineData(0xC1EDu, 16_777_709u, NodeType.Socket)]
    public void KnownModes(uint unix, uint go, NodeType type)
    {
        Assert.Equal(go, GoFileMode.FromUnix(unix));
        Assert.Equal(unix, GoFileMode.ToUnix(go));
        Assert.Equal(type, GoFileMode.TypeFromUnix(unix));
    }

    [Fact]
    public void EveryModeOfAKnownTypeComesBack()
    {
        foreach (uint type in (uint[])[0x1000, 0x2000, 0x4000, 0x6000, 0x8000, 0xA000, 0xC000])
        {
            for (uint bits = 0; bits < 0x1000; bits++)
            {
                Assert.Equal(type | bits, GoFileMode.ToUnix(GoFileMode.FromUnix(type | bits)));
            }
        }
    }
}
