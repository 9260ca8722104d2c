using Holdfast.Core;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Testing;
using Holdfast.Testing.Core;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Core.Sources;

/// <summary>A root that does not answer, as a hard mount whose server is away.</summary>
public sealed class RootsTests : IAsyncLifetime
{
    private readonly CoreFixture core = new();
    private readonly SteppedTime time = new();
    private readonly ManualResetEventSlim answers = new(initialState: true);
    private string silent = "";
    private Roots roots = null!;
    private KnownRoots known = null!;
    private int asked;

    public async ValueTask InitializeAsync()
    {
        await core.Catalog.MigrateAsync(default);
        silent = core.Directory.Make("silent");
        NamedRoot[] all = [.. core.Options.ShareRoots, new NamedRoot("silent", silent)];
        roots = new Roots(core.Options with { ShareRoots = all }, time, Open);
        known = new KnownRoots(core.Catalog, roots);
    }

    public async ValueTask DisposeAsync()
    {
        answers.Set();
        await core.DisposeAsync();
    }

    [Fact]
    public async Task It_is_not_usable_and_is_looked_at_once_until_it_answers()
    {
        await known.LearnAsync(default);
        Assert.Equal(["local", "silent"], await roots.UsableAsync());
        answers.Reset();
        asked = 0;

        Task<EngineError?> looked = roots.WhyNotUsableAsync("silent");
        await AskedAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        EngineError why = (await looked)!;
        Assert.True(why.Temporary);
        Assert.Contains($"{silent} does not answer", why.Message, StringComparison.Ordinal);
        // The clock stands: a wait for it would never end.
        Task<IReadOnlyList<string>> usable = roots.UsableAsync();
        await Eventually.HoldsAsync("an answer of the others", () => Task.FromResult(usable.IsCompleted));
        Assert.Equal(["local"], await usable);
        Assert.Equal(1, asked);

        answers.Set();
        await Eventually.HoldsAsync("the root", async () => (await roots.UsableAsync()).Contains("silent"));
    }

    [Fact]
    public async Task It_is_not_waited_for_before_it_is_known_and_is_learned_when_it_answers()
    {
        answers.Reset();
        Task learning = known.LearnAsync(default);
        await AskedAsync();
        await Eventually.HoldsAsync(
            "the end of the wait",
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(learning.IsCompleted);
            }
        );
        await known.LearnAsync(default);
        Assert.Equal(1, asked);
        Assert.False(roots.IsKnown("silent"));

        answers.Set();
        await Eventually.HoldsAsync(
            "the root",
            async () =>
            {
                await known.LearnAsync(default);
                return roots.IsKnown("silent");
            }
        );
        Assert.Equal(["local", "silent"], await roots.UsableAsync());
    }

    private Task AskedAsync() =>
        Eventually.HoldsAsync("a look at it", () => Task.FromResult(Volatile.Read(ref asked) == 1));

    private DirectoryHandle Open(string path)
    {
        if (path == silent)
        {
            Interlocked.Increment(ref asked);
            answers.Wait();
        }
        return DirectoryHandle.Open(path);
    }
}
