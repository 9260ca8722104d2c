using Holdfast.Engine.Backup;
using Holdfast.Engine.Files;
using Holdfast.Engine.Images;
using Holdfast.Objects;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Holdfast.Tests.Engine.Backup;

namespace Holdfast.Tests.Engine.Images;

/// <summary>A volume's image, a repository that it is backed up to, and a directory with what it is restored into.</summary>
internal sealed class ImageScene : IAsyncDisposable
{
    public const int Mebi = 1024 * 1024;
    public const int Block = 4096;

    private readonly BackupScene scene;

    private ImageScene(BackupScene scene, FaultyObjectStore store)
    {
        this.scene = scene;
        Store = store;
        Targets = scene.Beside("targets");
    }

    public FaultyObjectStore Store { get; }

    public string RepositoryPath => scene.RepositoryPath;

    /// <summary>The image that is backed up.</summary>
    public string Original => Path.Combine(scene.Source, ImageLayout.FileName);

    public string Targets { get; }

    /// <summary>The image that is restored.</summary>
    public string Target => Path.Combine(Targets, "target");

    public static async Task<ImageScene> MakeAsync()
    {
        FaultyObjectStore? store = null;
        IObjectStore Wrap(IObjectStore inner) => store = new FaultyObjectStore(inner);
        BackupScene made = await BackupScene.MakeAsync(Wrap);
        return new ImageScene(made, store!);
    }

    /// <summary>Writes the bytes as the original, and backs it up.</summary>
    public async Task<ImageRestoreSource> BackUpAsync(byte[] content)
    {
        WriteSparsely(Original, content);
        return await BackUpAsync();
    }

    /// <summary>Backs up what is in the source directory.</summary>
    public async Task<ImageRestoreSource> BackUpAsync()
    {
        BackupReport backup = await scene.RunAsync();
        return await ImageRestoreSource.FindAsync(scene.Repository, backup.Snapshot, CancellationToken.None);
    }

    public ImageRestore Restore(ImageRestoreSource source, ImageTarget target, int workers = 2) =>
        new(scene.Repository, source, target) { Workers = workers };

    public async Task<ImageRestoreReport> RestoreAsync(ImageRestoreSource source)
    {
        using ImageTarget target = Open();
        return await Restore(source, target).RunAsync(CancellationToken.None);
    }

    public ImageTarget Open() => Open(Targets, "target");

    public static ImageTarget Open(string directory, string name, bool device = false)
    {
        using DirectoryHandle handle = DirectoryHandle.Open(directory);
        return ImageTarget.Open(handle, System.Text.Encoding.UTF8.GetBytes(name), device);
    }

    /// <summary>A file of that content whose blocks of zeros are holes.</summary>
    public static void WriteSparsely(string path, byte[] content)
    {
        using FileStream file = RawFiles.Create(path);
        file.SetLength(content.Length);
        for (int offset = 0; offset < content.Length; offset += Block)
        {
            ReadOnlySpan<byte> block = content.AsSpan(offset, Math.Min(Block, content.Length - offset));
            if (block.ContainsAnyExcept((byte)0))
            {
                file.Position = offset;
                file.Write(block);
            }
        }
        file.Flush(flushToDisk: true);
    }

    /// <summary>None of them is zero.</summary>
    public static byte[] RandomBytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        bytes.AsSpan().Replace((byte)0, (byte)1);
        return bytes;
    }

    /// <summary>As many bytes, of which none is the same.</summary>
    public static byte[] Opposite(ReadOnlySpan<byte> bytes)
    {
        byte[] opposite = bytes.ToArray();
        foreach (ref byte one in opposite.AsSpan())
        {
            one ^= 0xff;
        }
        return opposite;
    }

    /// <summary>Allocated bytes.</summary>
    public static long Allocated(string path) => RawFiles.Status(path).Blocks * 512;

    public ValueTask DisposeAsync() => scene.DisposeAsync();
}
