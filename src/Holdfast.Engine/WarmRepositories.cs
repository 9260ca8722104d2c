using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Engine;

/// <summary>
/// What repositories opened before leave behind, by project, within bounded memory. It saves the password's derivation
/// and the loading of the index and of snapshots, and is never the truth: see <see cref="WarmRepository"/>. Safe for many threads.
/// </summary>
/// <param name="mostBytes">
/// Of all kept indexes and snapshots together. Those used last stay; one that is in use and not kept lasts as long as its use.
/// </param>
internal sealed class WarmRepositories(long mostBytes)
{
    /// <summary>Some 2 Mi blobs.</summary>
    public const long DefaultBytes = 96 << 20;

    /// <summary>A key and its surroundings are less than a kilobyte.</summary>
    private const int MostRepositories = 1024;

    private readonly Lock gate = new();

    /// <summary>The last used is last.</summary>
    private readonly OrderedDictionary<string, Kept> kept = new(StringComparer.Ordinal);

    /// <returns>Null when nothing was kept, or under another password. The caller disposes the key.</returns>
    public WarmRepository? Find(string project, string password)
    {
        byte[] hash = Hash(password);
        lock (gate)
        {
            if (
                !kept.TryGetValue(project, out Kept? found)
                || !CryptographicOperations.FixedTimeEquals(hash, found.PasswordHash)
            )
            {
                return null;
            }
            kept.Remove(project);
            kept.Add(project, found);
            return found.Warm.Copy();
        }
    }

    /// <param name="warm">Its key goes over to this.</param>
    public void Keep(string project, string password, WarmRepository warm)
    {
        lock (gate)
        {
            Remove(project);
            kept.Add(project, new Kept(Hash(password), warm));
            while (kept.Count > MostRepositories)
            {
                Remove(kept.GetAt(0).Key);
            }
        }
        Trim();
    }

    public void Forget(string project)
    {
        lock (gate)
        {
            Remove(project);
        }
    }

    /// <summary>Lets go of the indexes and snapshots used longest ago until the rest are no larger than allowed; their keys stay.</summary>
    public void Trim()
    {
        lock (gate)
        {
            long bytes = kept.Values.Sum(one => one.Warm.Size);
            for (int index = 0; index < kept.Count && bytes > mostBytes; index++)
            {
                Kept oldest = kept.GetAt(index).Value;
                bytes -= oldest.Warm.Size;
                kept.SetAt(index, oldest with { Warm = oldest.Warm with { Index = new(), Snapshots = new() } });
            }
        }
    }

    private void Remove(string project)
    {
        if (kept.Remove(project, out Kept? removed))
        {
            removed.Warm.Key.Dispose();
        }
    }

    private static byte[] Hash(string password) => SHA256.HashData(Encoding.UTF8.GetBytes(password));

    private sealed record Kept(byte[] PasswordHash, WarmRepository Warm);
}
