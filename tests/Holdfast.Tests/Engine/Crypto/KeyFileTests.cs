using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Engine.Crypto;
using Xunit;

namespace Holdfast.Tests.Engine.Crypto;

public sealed class KeyFileTests
{
    private static readonly ScryptCost Cheap = new(2, 1, 1);

    [Theory]
    [InlineData("password")]
    [InlineData("")]
    [InlineData("pässwörd \U0001F512")]
    public void ThePasswordOpensIt(string password)
    {
        using var master = KeyMaterial.Random();
        KeyFile file = KeyFile.Parse(Create(password, master).ToJson())!;
        using KeyMaterial opened = file.TryOpen(password)!;
        Assert.Equal(master.Encrypt, opened.Encrypt);
        Assert.Equal(master.MacK, opened.MacK);
        Assert.Equal(master.MacR, opened.MacR);
    }

    [Fact]
    public void AnotherPasswordDoesNot()
    {
        using var master = KeyMaterial.Random();
        Assert.Null(Create("password", master).TryOpen("Password"));
    }

    [Fact]
    public void TheJsonHasResticsNames()
    {
        using var master = KeyMaterial.Random();
        using JsonDocument json = JsonDocument.Parse(Create("password", master).ToJson());
        Assert.Equal(
            ["N", "created", "data", "hostname", "kdf", "p", "r", "salt", "username"],
            json.RootElement.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal)
        );
        Assert.Equal(64, json.RootElement.GetProperty("salt").GetBytesFromBase64().Length);
        Assert.Equal("2026-01-02T03:04:05Z", json.RootElement.GetProperty("created").GetString());
    }

    [Theory]
    [InlineData("N", 3)]
    [InlineData("N", 0)]
    [InlineData("N", -2)]
    [InlineData("N", 1 << 30)]
    [InlineData("r", 0)]
    [InlineData("p", 0)]
    [InlineData("p", int.MaxValue)]
    [InlineData("kdf", "pbkdf2")]
    public void UnusableCostsAreRefusedUnrun(string property, object value)
    {
        using var master = KeyMaterial.Random();
        JsonObject json = JsonNode.Parse(Create("password", master).ToJson())!.AsObject();
        json[property] = JsonValue.Create(value);
        Assert.Null(KeyFile.Parse(JsonSerializer.SerializeToUtf8Bytes(json)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"kdf\":\"scrypt\",\"N\":2,\"r\":1,\"p\":1,\"salt\":null,\"data\":null}")]
    public void WhatIsNoKeyFileIsRefused(string json) =>
        Assert.Null(KeyFile.Parse(System.Text.Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData(
        "{\"mac\":{\"k\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"r\":\"AQAAAAAAAAAAAAAAAAAAAA==\"},\"encrypt\":\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}"
    )]
    [InlineData("{\"mac\":{\"k\":\"AQ==\",\"r\":\"AQ==\"},\"encrypt\":\"AQ==\"}")]
    [InlineData("{\"mac\":null,\"encrypt\":null}")]
    [InlineData("{}")]
    public void ABlankOrShortMasterKeyIsRefused(string json) =>
        Assert.Null(JsonSerializer.Deserialize(json, Holdfast.Engine.Json.EngineJson.Default.MasterKeyJson)!.ToKey());

    /// <summary>The second vector of RFC 7914, section 12.</summary>
    [Fact]
    public void ScryptIsThatOfTheStandard()
    {
        byte[] key = new byte[64];
        Scrypt.Derive("password", "NaCl"u8, new ScryptCost(1024, 8, 16), key);
        Assert.StartsWith(
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162",
            Convert.ToHexStringLower(key)
        );
    }

    private static KeyFile Create(string password, KeyMaterial master) =>
        KeyFile.Create(password, master, Cheap, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "user", "host");
}
