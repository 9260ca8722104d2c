using System.Text.Json;
using Holdfast.Core.Keys;
using Xunit;

namespace Holdfast.Tests.Core.Keys;

public sealed class ProjectExportTests
{
    /// <summary>As it was written before there were volumes and sharings.</summary>
    private const string First = """
        {
          "Version": 1, "ProjectId": "p", "Sequence": 7, "At": "2026-01-02T03:04:05+00:00", "RepositoryId": "r",
          "Shares": [{
            "Id": "s", "ProjectId": "p", "UserId": "u", "Name": null, "Description": null, "Size": 1,
            "Status": "available", "TaskState": null, "Protocol": "NFS", "ShareTypeId": "t", "ShareTypeName": "default",
            "ExtraSpecs": {}, "IsPublic": false, "AvailabilityZone": "nova", "Root": "local", "Path": "s",
            "Adopted": false, "Host": null, "Metadata": {}, "ExportPath": null, "ScheduledToBeDeletedAt": null,
            "SourceBackupId": null, "CreatedAt": "2026-01-02T03:04:05+00:00", "UpdatedAt": null
          }],
          "Backups": [{
            "Id": "b", "ProjectId": "p", "UserId": "u", "ShareId": "s", "Name": null, "Description": null, "Size": 1,
            "Status": "available", "AvailabilityZone": "nova", "Progress": 100, "RestoreProgress": 0,
            "BackupType": null, "Options": null, "Host": null, "Topic": null, "FailReason": null, "SnapshotId": "x",
            "Capture": "live", "ItemErrors": 0, "Notes": null, "CreatedAt": "2026-01-02T03:04:05+00:00",
            "UpdatedAt": null
          }]
        }
        """;

    [Fact]
    public void An_export_of_the_first_version_is_read()
    {
        ProjectExport export = JsonSerializer.Deserialize<ProjectExport>(First)!;
        Assert.Equal((1, 7L, "r"), (export.Version, export.Sequence, export.RepositoryId));
        Assert.Equal("s", Assert.Single(export.Shares).Id);
        Assert.Equal(("b", "s", null), (export.Backups[0].Id, export.Backups[0].ShareId, export.Backups[0].VolumeId));
        Assert.Empty(export.Volumes);
        Assert.Empty(export.Sharings);
        Assert.Empty(export.Schedules);
        Assert.Empty(export.Holds);
        Assert.Null(export.Project);
    }

    [Fact]
    public void What_is_written_says_that_it_is_of_the_fourth_version() =>
        Assert.Equal(4, ProjectExport.CurrentVersion);
}
