using Holdfast.Engine.Crypto;
using Xunit;

namespace Holdfast.Tests.Engine.Crypto;

public sealed class Sha256Tests
{
    [Fact]
    public void HashesAsTheDefinitionDoes()
    {
        var random = new Random(1);
        for (int i = 0; i < 400; i++)
        {
            byte[] message = new byte[i < 300 ? i : random.Next(20_000)];
            random.NextBytes(message);
            Assert.Equal(PlainSha256.Hash(message), Sha256.Hash(message).Bytes);
        }
    }
}
