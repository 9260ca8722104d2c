using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Engine;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Engine.Trees;

/// <summary>A repository that stock restic made of one directory, and the trees in it as restic prints them.</summary>
internal sealed class ResticTrees : IDisposable
{
    private readonly TemporaryDirectory temporary = new();
    private readonly Restic restic;

    public ResticTrees() => restic = new Restic(temporary["repository"], "secret");

    /// <summary>Backs up a directory.</summary>
    /// <returns>The id of the directory's own tree.</returns>
    public async Task<Id> BackUpAsync(string directory)
    {
        await restic.InitAsync();
        await restic.BackupAsync(directory);
        using JsonDocument snapshots = JsonDocument.Parse(await restic.RunAsync("snapshots", "--json"));
        Id tree = Id.Parse(snapshots.RootElement[0].GetProperty("tree").GetString());
        foreach (string part in directory.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            tree = (await LoadAsync(tree))
                .Single(node => node.Name.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(part)))
                .Subtree!.Value;
        }
        return tree;
    }

    public async Task<ulong> PolynomialAsync()
    {
        using JsonDocument config = JsonDocument.Parse(await restic.RunAsync("cat", "config"));
        string polynomial = config.RootElement.GetProperty("chunker_polynomial").GetString()!;
        return ulong.Parse(polynomial, System.Globalization.NumberStyles.AllowHexSpecifier);
    }

    /// <summary>The nodes of a tree, which our writer gives the same bytes, and so the same id, as restic did.</summary>
    public async Task<List<Node>> LoadAsync(Id tree)
    {
        string json = await restic.RunAsync("cat", "blob", tree.ToString());
        List<Node> nodes = TreeReader.Read(Encoding.UTF8.GetBytes(json));
        ArrayBufferWriter<byte> output = new();
        TreeWriter.Write(output, nodes);
        Assert.Equal(json + "\n", Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal(tree, new Id(SHA256.HashData(output.WrittenSpan)));
        return nodes;
    }

    public void Dispose()
    {
        restic.Dispose();
        temporary.Dispose();
    }
}
