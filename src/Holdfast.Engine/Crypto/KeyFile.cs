using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Engine.Json;

namespace Holdfast.Engine.Crypto;

/// <summary>An object of <c>keys/</c>: the repository's master key, sealed with a key derived from a password.</summary>
internal sealed record KeyFile
{
    private const int SaltLength = 64;

    public DateTimeOffset Created { get; init; }
    public string Username { get; init; } = "";
    public string Hostname { get; init; } = "";
    public string Kdf { get; init; } = "scrypt";

    [JsonPropertyName("N")]
    public int N { get; init; }

    [JsonPropertyName("r")]
    public int R { get; init; }

    [JsonPropertyName("p")]
    public int P { get; init; }
    public byte[] Salt { get; init; } = [];
    public byte[] Data { get; init; } = [];

    /// <summary>Seals the master key with the password.</summary>
    internal static KeyFile Create(
        string password,
        KeyMaterial master,
        ScryptCost cost,
        DateTimeOffset now,
        string username,
        string hostname
    )
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltLength);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(MasterKeyJson.From(master), EngineJson.Default.MasterKeyJson);
        using var sealer = new Sealer(DeriveKey(password, salt, cost));
        byte[] data = sealer.Seal(json);
        CryptographicOperations.ZeroMemory(json);
        return new KeyFile
        {
            Created = now,
            Username = username,
            Hostname = hostname,
            N = cost.N,
            R = cost.R,
            P = cost.P,
            Salt = salt,
            Data = data,
        };
    }

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, EngineJson.Default.KeyFile);

    /// <returns>Null when the bytes are no key file that this engine can use.</returns>
    internal static KeyFile? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            KeyFile? file = JsonSerializer.Deserialize(json, EngineJson.Default.KeyFile);
            return file is { Kdf: "scrypt", Salt: not null, Data: not null } && file.Cost.IsAcceptable ? file : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <returns>The master key, or null when the password is not this key's.</returns>
    internal KeyMaterial? TryOpen(string password)
    {
        if (Data.Length < Sealer.Overhead)
        {
            return null;
        }
        using var sealer = new Sealer(DeriveKey(password, Salt, Cost));
        byte[] json = new byte[Data.Length - Sealer.Overhead];
        try
        {
            return sealer.TryOpen(Data, json)
                ? JsonSerializer.Deserialize(json, EngineJson.Default.MasterKeyJson)?.ToKey()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    private ScryptCost Cost => new(N, R, P);

    private static KeyMaterial DeriveKey(string password, ReadOnlySpan<byte> salt, ScryptCost cost)
    {
        Span<byte> derived = stackalloc byte[KeyMaterial.Length];
        Scrypt.Derive(password, salt, cost, derived);
        var key = new KeyMaterial(derived);
        CryptographicOperations.ZeroMemory(derived);
        return key;
    }
}

/// <summary>The master key as JSON, inside a key file's seal.</summary>
internal sealed record MasterKeyJson(MacKeyJson? Mac, byte[]? Encrypt)
{
    internal static MasterKeyJson From(KeyMaterial key) =>
        new(new MacKeyJson(key.MacK.ToArray(), key.MacR.ToArray()), key.Encrypt.ToArray());

    /// <returns>Null when a part is missing, of a wrong length, or blank.</returns>
    internal KeyMaterial? ToKey()
    {
        if (
            Encrypt is not { Length: KeyMaterial.EncryptLength }
            || Mac is not { K.Length: KeyMaterial.MacPartLength, R.Length: KeyMaterial.MacPartLength }
        )
        {
            return null;
        }
        var key = new KeyMaterial([.. Encrypt, .. Mac.K, .. Mac.R]);
        return key.IsValid ? key : null;
    }
}

internal sealed record MacKeyJson(byte[]? K, byte[]? R);
