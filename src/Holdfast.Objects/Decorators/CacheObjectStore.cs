using System.Buffers;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Objects.Decorators;

/// <summary>
/// Keeps what is read of a store that is far away in files of a directory, each with a checksum of its own. For objects that
/// never change under their name: one that was removed meanwhile, past this store, may still be read. The directory may be deleted at any
/// time, and be shared by processes; what goes wrong with it is a miss, and counted: <c>holdfast_cache_reads</c> by outcome
/// (<c>hit</c>, <c>miss</c>, <c>failed</c>).
/// </summary>
public sealed class CacheObjectStore : IObjectStore, IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int SumSize = SHA256.HashSizeInBytes;

    /// <summary>A file that is read is young for so long without being said so again.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromHours(1);

    private readonly IObjectStore inner;
    private readonly string directory;
    private readonly long limit;
    private readonly Func<ObjectName, long, bool> keeps;
    private readonly TimeProvider time;
    private readonly Meter meter;
    private readonly Counter<long> reads;
    private readonly Lock gate = new();

    // Bytes of all files; unknown before the first look.
    private long? size;
    private Task trimming = Task.CompletedTask;

    /// <param name="directory">Absolute; made when something is kept.</param>
    /// <param name="limit">Bytes of all files together, more or less.</param>
    /// <param name="keeps">Whether a read of so many bytes of the object is kept.</param>
    /// <param name="scope">The meter's, by which a listener tells it from others of the name.</param>
    public CacheObjectStore(
        IObjectStore inner,
        string directory,
        long limit,
        Func<ObjectName, long, bool> keeps,
        TimeProvider time,
        object? scope = null
    )
    {
        this.inner = inner;
        this.directory = directory;
        this.limit = limit;
        this.keeps = keeps;
        this.time = time;
        meter = new Meter(new MeterOptions(MeterObjectStore.MeterName) { Scope = scope });
        reads = meter.CreateCounter<long>(
            "holdfast_cache_reads",
            "{read}",
            "Reads that the cache could answer, and others."
        );
    }

    public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        inner.PutAsync(name, content, cancellationToken);

    public Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    ) => inner.TryCreateAsync(name, content, cancellationToken);

    public async Task ReadAsync(
        ObjectName name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        if (!keeps(name, destination.Length))
        {
            await inner.ReadAsync(name, offset, destination, cancellationToken);
            return;
        }
        string path = PathOf(name, offset, destination.Length);
        if (TryRead(path, destination.Span))
        {
            Count("hit");
            return;
        }
        await inner.ReadAsync(name, offset, destination, cancellationToken);
        Count(TryKeep(path, destination.Span) ? "miss" : "failed");
    }

    public Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken) =>
        inner.StatAsync(name, cancellationToken);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) =>
        inner.DeleteAsync(name, cancellationToken);

    public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        inner.RemoveUnfinishedAsync(startedBefore, cancellationToken);

    public void Dispose() => meter.Dispose();

    /// <summary>The look for old files that is under way.</summary>
    internal Task Trimmed
    {
        get
        {
            lock (gate)
            {
                return trimming;
            }
        }
    }

    private string PathOf(ObjectName name, long offset, int length)
    {
        byte[] key = SHA256.HashData(Encoding.UTF8.GetBytes($"{name.Value}\n{offset}\n{length}"));
        string hex = Convert.ToHexStringLower(key);
        return Path.Join(directory, hex[..2], hex);
    }

    private bool TryRead(string path, Span<byte> destination)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            Span<byte> sum = stackalloc byte[SumSize];
            if (
                RandomAccess.GetLength(file) != SumSize + destination.Length
                || !TryFill(file, sum, 0)
                || !TryFill(file, destination, SumSize)
            )
            {
                return false;
            }
            Span<byte> found = stackalloc byte[SumSize];
            SHA256.HashData(destination, found);
            if (!found.SequenceEqual(sum))
            {
                return false;
            }
            DateTime now = time.GetUtcNow().UtcDateTime;
            if (now - File.GetLastWriteTimeUtc(file) > Young)
            {
                File.SetLastWriteTimeUtc(file, now);
            }
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool TryFill(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            int read = RandomAccess.Read(file, bytes, offset);
            if (read == 0)
            {
                return false;
            }
            bytes = bytes[read..];
            offset += read;
        }
        return true;
    }

    // Nothing is written through to the disk: what a power cut leaves has no right checksum.
    private bool TryKeep(string path, ReadOnlySpan<byte> content)
    {
        string unfinished = $"{path}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(directory, Private);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, Private);
            using (SafeFileHandle file = File.OpenHandle(unfinished, FileMode.CreateNew, FileAccess.Write))
            {
                Span<byte> sum = stackalloc byte[SumSize];
                SHA256.HashData(content, sum);
                RandomAccess.Write(file, sum, 0);
                RandomAccess.Write(file, content, SumSize);
            }
            File.Move(unfinished, path, overwrite: true);
            Grow(SumSize + content.Length);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            TryDelete(unfinished);
            return false;
        }
    }

    private void Grow(long bytes)
    {
        lock (gate)
        {
            size += bytes;
            if ((size is null || size > limit) && trimming.IsCompleted)
            {
                trimming = Task.Run(Trim);
            }
        }
    }

    /// <summary>Removes the files that were not read for longest, to nine tenths of the limit where there is more.</summary>
    private void Trim()
    {
        long left = 0;
        try
        {
            List<FileInfo> files =
            [
                .. new DirectoryInfo(directory).EnumerateFiles(
                    "*",
                    new EnumerationOptions
                    {
                        RecurseSubdirectories = true,
                        AttributesToSkip = FileAttributes.ReparsePoint,
                    }
                ),
            ];
            left = files.Sum(file => file.Length);
            if (left > limit)
            {
                foreach (FileInfo file in files.OrderBy(file => file.LastWriteTimeUtc))
                {
                    if (left <= limit / 10 * 9)
                    {
                        break;
                    }
                    left -= file.Length;
                    TryDelete(file.FullName);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody deletes it meanwhile; the next look counts anew.
        }
        lock (gate)
        {
            size = left;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It counts at the next look.
        }
    }

    private void Count(string outcome) => reads.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
