using Holdfast.Core.Reading;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Api.Native.Backups;

/// <summary>What is in a backup: looked at as JSON, or taken away as a file, a tar or a zip.</summary>
internal static class BackupFileEndpoints
{
    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("backups/{id}/files/{**path}").Get(request =>
            request.Query["download"] is null ? LookAsync(request) : DownloadAsync(request)
        ),
    ];

    private static async Task LookAsync(NativeRequest request)
    {
        BackupFileService files = request.Service<BackupFileService>();
        files.Require(request.Caller, "backup_file:get");
        byte[] from = request.Query["cursor"] is { } cursor ? EntryPath.After(cursor) : [];
        BackupLook look = await files.LookAsync(
            request.Caller,
            request.Id,
            request.EntryPath(),
            from,
            request.Limit(),
            request.Aborted
        );
        await request.ReplyAsync(StatusCodes.Status200OK, look, (writer, row, _) => BackupEntryView.Write(writer, row));
    }

    private static async Task DownloadAsync(NativeRequest request)
    {
        BackupFileService files = request.Service<BackupFileService>();
        files.Require(request.Caller, "backup_file:download");
        string form = request.OneOf("download", ["file", "tar", "zip"])!;
        await using BackupDownload download = await files.OpenAsync(
            request.Caller,
            request.Id,
            request.EntryPath(),
            request.Aborted
        );
        BackupEntry entry = download.Entry;
        if (form == "file")
        {
            await using Stream content = entry.IsFile
                ? download.Backup.OpenFile(entry)
                : throw Problem.BadRequest(
                    $"This is a {entry.Type} and no file: with 'download=tar' or 'download=zip' it can be had."
                );
            EntityTagHeaderValue tag = new($"\"{OpenBackup.ContentTag(entry)}\"");
            await request.DownloadAsync(BackupEntry.Text(entry.Name), content, entry.ModifiedAt, tag);
            return;
        }
        // What is unpacked lies in one directory.
        byte[] name = entry.Path.Length == 0 ? System.Text.Encoding.UTF8.GetBytes(request.Id) : entry.Name.ToArray();
        await request.DownloadAsync(
            $"{BackupEntry.Text(name)}.{form}",
            form == "tar" ? "application/x-tar" : "application/zip",
            to =>
                form == "tar"
                    ? download.Backup.WriteTarAsync(entry, name, to, request.Aborted)
                    : download.Backup.WriteZipAsync(entry, name, to, request.Aborted)
        );
    }
}
