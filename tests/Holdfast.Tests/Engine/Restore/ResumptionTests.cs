using Holdfast.Engine;
using Holdfast.Objects;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

/// <summary>A restore that ends early, at any read, leaves a target that the next one completes.</summary>
public sealed class ResumptionTests(BackedUpTree tree) : IClassFixture<BackedUpTree>
{
    public static TheoryData<int> Reads => [1, 100, 165, 175];

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task AfterTheStoreFailed(int read)
    {
        using var target = new TemporaryDirectory();
        await tree.RestoreAsync(target.Path);
        Changes.Apply(target.Path, seed: read);
        int count = 0;
        void Fail(int number)
        {
            count = number;
            if (number >= read)
            {
                throw new ObjectError(ObjectErrorKind.Unavailable, temporary: true, "The store went away.");
            }
        }
        try
        {
            await tree.RestoreAsync(target.Path, around: store => BeforePackReads(store, Fail));
            Assert.True(count < read);
        }
        catch (EngineError error)
        {
            Assert.Equal(EngineErrorKind.Store, error.Kind);
            Assert.True(error.Temporary);
        }
        await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task AfterItWasCancelled(int read)
    {
        using var target = new TemporaryDirectory();
        using var cancellation = new CancellationTokenSource();
        void Cancel(int number)
        {
            if (number >= read)
            {
                cancellation.Cancel();
            }
        }
        try
        {
            await tree.RestoreAsync(
                target.Path,
                around: store => BeforePackReads(store, Cancel),
                cancellationToken: cancellation.Token
            );
        }
        catch (OperationCanceledException)
        {
            Assert.True(cancellation.IsCancellationRequested);
        }
        await tree.RestoreAsync(target.Path);
        TreeComparer.AssertEqual(tree.Source, target.Path, BackedUpTree.Equality);
    }

    /// <param name="act">Given the number of the read.</param>
    private static WatchedObjectStore BeforePackReads(IObjectStore inner, Action<int> act)
    {
        int reads = 0;
        return new WatchedObjectStore(inner)
        {
            BeforeRead = name =>
            {
                if (name.Value.StartsWith("data/", StringComparison.Ordinal))
                {
                    act(Interlocked.Increment(ref reads));
                }
            },
        };
    }
}
