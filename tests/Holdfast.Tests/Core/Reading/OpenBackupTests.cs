using Holdfast.Core;
using Holdfast.Core.Reading;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Core.Reading;

public sealed class OpenBackupTests
{
    [Theory]
    [InlineData(249_000, 1000, false)]
    [InlineData(249_000, 1001, true)]
    public async Task A_share_of_too_many_entries_for_a_zip_is_refused_before_the_first_byte(
        long files,
        long directories,
        bool refused
    )
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        BackupReport report = await scene.RunAsync();
        Node root = (await scene.LoadAsync(report.Snapshot.Tree)).Single();
        SnapshotSummary summary = new() { TotalFilesProcessed = files, DirsUnmodified = directories };
        await using OpenBackup open = new(
            scene.Repository,
            report.Snapshot with
            {
                Summary = summary,
            },
            root,
            owns: false,
            Refuse
        );
        BackupEntry share = await open.FindAsync([], default);
        using MemoryStream to = new();
        Task WriteAsync() => open.WriteZipAsync(share, "share"u8.ToArray(), to, default);
        if (refused)
        {
            ServiceError error = await Assert.ThrowsAsync<ServiceError>(WriteAsync);
            Assert.Equal(ServiceErrorKind.Invalid, error.Kind);
            Assert.Equal(0, to.Length);
        }
        else
        {
            await WriteAsync();
            Assert.NotEqual(0, to.Length);
        }
    }

    private static ServiceError Refuse(EngineError error) => throw error;
}
