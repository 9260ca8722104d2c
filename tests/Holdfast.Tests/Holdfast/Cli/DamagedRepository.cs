using System.Security.Cryptography;
using Holdfast.Engine;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Storage;
using Holdfast.Objects.Local;
using Holdfast.Testing;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Cli;

/// <summary>
/// A repository of two snapshots, made once; copies of it that are damaged in named ways; and a shell in which both tools
/// know the copy.
/// </summary>
public sealed class DamagedRepository : IAsyncLifetime
{
    private const string Password = "correct horse";

    private static readonly Dictionary<string, Func<DamagedRepository, Task>> Damages = new()
    {
        ["A pack is missing"] = one => On(one.LargestPack(), File.Delete),
        ["A pack is missing, and its files are gone too"] = one => On(one.LargestPack(), File.Delete),
        ["A pack is cut short"] = one => Change(one.LargestPack(), bytes => bytes[..(bytes.Length / 2)]),
        ["A bit of a file's data is flipped"] = one => Change(one.LargestPack(), Flipped),
        ["A bit of a directory is flipped"] = one => Change(one.SmallestPack(), Flipped),
        ["An index is missing"] = one => On(one.First("index"), File.Delete),
        ["An index is damaged"] = one => Change(one.First("index"), Flipped),
        ["An index contradicts its packs"] = one => one.LeaveOutABlobAsync(),
        ["A snapshot is damaged"] = one => Change(one.First("snapshots"), Flipped),
        ["One key of several is damaged"] = one => one.DamageSecondKeyAsync(),
        ["The only key is damaged"] = one => Change(one.First("keys"), Flipped),
        ["The config is damaged"] = one => Change(Path.Combine(one.Location, "config"), Flipped),
        ["The config is missing"] = one => On(Path.Combine(one.Location, "config"), File.Delete),
        ["The password is wrong"] = one => On(one.passwordFile, file => File.WriteAllText(file, "wrong horse\n")),
        ["Somebody else's lock"] = one => one.LockElsewhereAsync(),
        ["A lock is damaged"] = one => one.DamageLockAsync(),
        ["A pack that no index lists"] = one => On(one.Location, AddOrphan),
        ["A pack that two indexes list"] = one => one.ListTwiceAsync(),
        ["The same data in two packs"] = one => one.MergeAsync(),
    };

    private readonly TemporaryDirectory directory = new();
    private readonly string passwordFile;
    private string work = "";
    private string id = "";
    private string exports = "";

    public DamagedRepository() => passwordFile = directory["password"];

    /// <summary>What <see cref="DamageAsync"/> can do.</summary>
    public static IReadOnlyCollection<string> Kinds => Damages.Keys;

    private string Source => directory["source"];
    private string Original => directory["original"];
    private string Location => Path.Combine(work, "repository");

    public async ValueTask InitializeAsync()
    {
        directory.Make("bin");
        WriteScript("holdfast", Path.Combine(AppContext.BaseDirectory, "holdfast"));
        WriteScript("restic", Restic.Binary);
        File.WriteAllText(directory["right-password"], $"{Password}\n");
        File.WriteAllText(passwordFile, $"{Password}\n");
        work = directory.Make("work-0");
        var random = new Random(1);
        Write("large", SampleBlobs.Noise(random, 400_000));
        Write("folder/inner/file", SampleBlobs.Noise(random, 100_000));
        await CheckedAsync("holdfast repo init && holdfast repo backup \"$SOURCE\"");
        Write("added", SampleBlobs.Noise(random, 50_000));
        await CheckedAsync("holdfast repo backup \"$SOURCE\"");
        Copy.Of(Location, Original);
    }

    public ValueTask DisposeAsync()
    {
        directory.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Puts a fresh copy in the last one's place, and damages it.</summary>
    public async Task DamageAsync(string kind)
    {
        work = directory.Make($"work-{Guid.NewGuid():N}");
        id = exports = "";
        Copy.Of(Original, Location);
        File.WriteAllText(passwordFile, $"{Password}\n");
        await Damages[kind](this);
    }

    /// <summary>Keeps the id of the last object that the lines name, for <c>$ID</c>.</summary>
    public void LearnId(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            string? name = line.Split(' ', ':').FirstOrDefault(word => word.Contains('/', StringComparison.Ordinal));
            id = Path.GetFileName(name) is { } last && Id.TryParse(last, out _) ? last : id;
        }
    }

    public Task<ProcessResult> RunAsync(string command)
    {
        // An export is for the commands after it.
        exports += command.StartsWith("export ", StringComparison.Ordinal) ? command + "\n" : "";
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = $"{directory["bin"]}:{Environment.GetEnvironmentVariable("PATH")}",
            ["RESTIC_REPOSITORY"] = Location,
            ["RESTIC_PASSWORD_FILE"] = passwordFile,
            ["RESTIC_PASSWORD"] = null,
            ["RESTIC_CACHE_DIR"] = Path.Combine(work, "cache"),
            ["SOURCE"] = Source,
            ["COPY"] = Original,
            ["RIGHT"] = directory["right-password"],
            ["ID"] = id,
        };
        return ChildProcess.RunAsync("bash", ["-c", exports + command], environment, work);
    }

    /// <summary>restic finds no fault, and the next backup restores to what the source is.</summary>
    public async Task RequireWholeAsync()
    {
        string target = Path.Combine(work, "restored");
        await CheckedAsync("holdfast repo backup \"$SOURCE\" && restic check --read-data");
        await CheckedAsync($"restic restore \"latest:$SOURCE\" --target '{target}'");
        TreeComparer.AssertEqual(Source, target, new TreeComparison { IgnoreRoot = true });
    }

    private async Task CheckedAsync(string command) => (await RunAsync(command)).Checked(command);

    private void Write(string name, byte[] content)
    {
        string path = Path.Combine(Source, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    private void WriteScript(string name, string executable)
    {
        string path = Path.Combine(directory["bin"], name);
        File.WriteAllText(path, $"#!/bin/sh\nexec '{executable}' \"$@\"\n");
        RawFiles.ChangeMode(path, 0x1ed);
    }

    private string First(string folder) =>
        Directory.GetFiles(Path.Combine(Location, folder)).Order(StringComparer.Ordinal).First();

    // The first backup's files; the last backup's directories.
    private string LargestPack() => Packs().MaxBy(pack => new FileInfo(pack).Length)!;

    private string SmallestPack() => Packs().MinBy(pack => new FileInfo(pack).Length)!;

    private string[] Packs() => Directory.GetFiles(Path.Combine(Location, "data"), "*", SearchOption.AllDirectories);

    private static Task On(string path, Action<string> act)
    {
        act(path);
        return Task.CompletedTask;
    }

    private static Task Change(string file, Func<byte[], byte[]> change)
    {
        byte[] changed = change(File.ReadAllBytes(file));
        File.Delete(file);
        File.WriteAllBytes(file, changed);
        return Task.CompletedTask;
    }

    // Early enough to lie in the first blob of a pack, and behind the nonce.
    private static byte[] Flipped(byte[] bytes)
    {
        bytes[50] ^= 0x10;
        return bytes;
    }

    private static void AddOrphan(string repository)
    {
        byte[] content = "left by a run that died"u8.ToArray();
        string name = Convert.ToHexStringLower(SHA256.HashData(content));
        string folder = Path.Combine(repository, "data", name[..2]);
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, name), content);
    }

    private async Task DamageSecondKeyAsync()
    {
        string first = First("keys");
        await CheckedAsync("restic key add --new-password-file <(echo another)");
        await Change(Directory.GetFiles(Path.Combine(Location, "keys")).Single(key => key != first), Flipped);
    }

    private Task<Repository> OpenAsync() =>
        Repository.OpenAsync(
            new LocalObjectStore(Location),
            Password,
            new RepositoryOptions { LockHostname = "elsewhere" },
            default
        );

    /// <summary>A lock as a prune on another machine leaves it that was killed a moment ago.</summary>
    private async Task LockElsewhereAsync()
    {
        await using Repository opened = await OpenAsync();
        string copy = Path.Combine(work, "lock");
        string name;
        await using (await opened.LockAsync(exclusive: true, default))
        {
            name = First("locks");
            File.Copy(name, copy);
        }
        File.Move(copy, name);
    }

    private async Task DamageLockAsync()
    {
        await LockElsewhereAsync();
        await Change(First("locks"), Flipped);
    }

    private async Task LeaveOutABlobAsync()
    {
        await using Repository opened = await OpenAsync();
        foreach (StoredObject index in await opened.ListIndexesAsync(default))
        {
            List<PackContent> packs = [.. await opened.LoadIndexObjectAsync(index, default)];
            if (packs.FindIndex(pack => pack.Blobs.Count > 2) is >= 0 and int chosen)
            {
                packs[chosen] = packs[chosen] with { Blobs = [packs[chosen].Blobs[0], .. packs[chosen].Blobs.Skip(2)] };
                await opened.SaveIndexObjectAsync(packs, default);
                await opened.DeleteIndexObjectAsync(index.Id, default);
            }
        }
    }

    /// <summary>The index object as another run writes it: sealed anew, and so of another name.</summary>
    private async Task ListTwiceAsync()
    {
        await using Repository opened = await OpenAsync();
        Id index = (await opened.ListIndexesAsync(default))[0].Id;
        await opened.SaveIndexObjectAsync(await opened.LoadIndexObjectAsync(index, default), default);
    }

    /// <summary>A copy that was backed up into by itself comes back into the repository.</summary>
    private async Task MergeAsync()
    {
        Write("merged", SampleBlobs.Noise(new Random(2), 60_000));
        string whole = Location;
        string other = Path.Combine(work, "other");
        Copy.Of(whole, other);
        await CheckedAsync("holdfast repo backup \"$SOURCE\"");
        await CheckedAsync("holdfast repo --repo \"$PWD/other\" backup \"$SOURCE\"");
        (await ChildProcess.RunAsync("cp", ["-rn", $"{other}/.", whole])).Checked("cp");
    }
}
