using System.Globalization;
using System.Security.Cryptography;
using Holdfast.Engine.Crypto;

namespace Holdfast.Core.Access;

/// <summary>
/// People's passwords, kept as <c>scrypt:N:r:p:salt:hash</c> (salt and hash in base64), so that the cost can rise and old
/// ones still verify. At most one runs per processor: each takes 32 MiB.
/// </summary>
public sealed class Passwords : IDisposable
{
    public const int Shortest = 8;
    public const int Longest = 128;

    private const int SaltSize = 16;
    private const int HashSize = 32;

    private readonly SemaphoreSlim running = new(Environment.ProcessorCount);
    private readonly ScryptCost cost;
    private readonly string nobody;

    /// <param name="cost">Null: 32 MiB and about 0.1 s. Only a test lowers it.</param>
    public Passwords(ScryptCost? cost = null)
    {
        this.cost = cost ?? ScryptCost.Default;
        nobody = Format(this.cost, RandomNumberGenerator.GetBytes(SaltSize), RandomNumberGenerator.GetBytes(HashSize));
    }

    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Invalid"/>: too short or too long.</exception>
    public async Task<string> HashAsync(string password, CancellationToken cancellationToken)
    {
        Check(password);
        byte[] salt = RandomNumberGenerator.GetBytes(SaltSize);
        return Format(cost, salt, await DeriveAsync(password, salt, cost, cancellationToken));
    }

    /// <summary>The one rule for a new password: 8 to 128 characters.</summary>
    public static void Check(string password)
    {
        int length = password.EnumerateRunes().Count();
        if (length is < Shortest or > Longest)
        {
            throw ServiceError.Invalid($"A password must have {Shortest} to {Longest} characters.");
        }
    }

    /// <summary>In constant time. Takes as long when there is no such user or the user has no password.</summary>
    public async Task<bool> VerifyAsync(string password, string? hash, CancellationToken cancellationToken)
    {
        string[] parts = (hash ?? nobody).Split(':');
        ScryptCost kept = new(Number(parts[1]), Number(parts[2]), Number(parts[3]));
        byte[] expected = Convert.FromBase64String(parts[5]);
        byte[] actual = await DeriveAsync(password, Convert.FromBase64String(parts[4]), kept, cancellationToken);
        return CryptographicOperations.FixedTimeEquals(actual, expected) & hash is not null;
    }

    public void Dispose() => running.Dispose();

    private async Task<byte[]> DeriveAsync(
        string password,
        byte[] salt,
        ScryptCost cost,
        CancellationToken cancellationToken
    )
    {
        await running.WaitAsync(cancellationToken);
        try
        {
            byte[] hash = new byte[HashSize];
            Scrypt.Derive(password, salt, cost, hash);
            return hash;
        }
        finally
        {
            running.Release();
        }
    }

    private static string Format(ScryptCost cost, byte[] salt, byte[] hash) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"scrypt:{cost.N}:{cost.R}:{cost.P}:{Convert.ToBase64String(salt)}:{Convert.ToBase64String(hash)}"
        );

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
