using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Api.Native.Operations;
using Holdfast.Core.Model;
using Holdfast.Core.Reading;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Api.Native.Backups;

/// <summary>What is in a backup: looked at as JSON, or taken away as a file, a tar or a zip.</summary>
internal static class BackupFileEndpoints
{
    /// <summary>Characters, percent-encoded ones counted as three: what Linux takes at once.</summary>
    private const int LongestPath = 3 * 4096;

    /// <summary>Each is looked for before the restore is accepted.</summary>
    private const int MostPaths = 100;

    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("backups/{id}/files/{**path}").Get(request =>
            request.Query["download"] is null ? LookAsync(request) : DownloadAsync(request)
        ),
        new NativeRoute("backups/{id}/changes").Get(ChangesAsync),
        new NativeRoute("backups/{id}/restore").Post(RestoreAsync),
        new NativeRoute("shares/{id}/history/{**path}").Get(HistoryAsync),
    ];

    /// <summary>A cursor of its own: the path of the last change.</summary>
    private static async Task ChangesAsync(NativeRequest request)
    {
        BackupFileService files = request.Service<BackupFileService>();
        files.Require(request.Caller, "backup_file:get");
        BackupChanges found = await files.ChangesAsync(
            request.Caller,
            request.Id,
            request.Query["since"] ?? throw Problem.BadRequest("'since' is missing: the backup to compare with."),
            request.Query["cursor"] is { } cursor ? EntryPath.Read(cursor) : [],
            request.Flag("metadata"),
            request.Limit(),
            request.Aborted
        );
        string? next = found.More ? EntryPath.Cursor(found.Changes[^1].Path) : null;
        await request.ReplyListAsync("changes", found.Changes, next, BackupChangeView.Write);
    }

    private static async Task RestoreAsync(NativeRequest request)
    {
        BackupFileService files = request.Service<BackupFileService>();
        files.Require(request.Caller, "share_backup:restore");
        JsonElement body = await request.BodyAsync();
        IReadOnlyList<string> paths = body.RequiredTexts("paths", LongestPath);
        if (paths.Count is 0 or > MostPaths)
        {
            throw Problem.BadRequest($"'paths' must have from 1 to {MostPaths} paths; '/' is the whole backup.");
        }
        RestoreSelection selection = new([.. paths.Select(path => EntryPath.OfText(path, "paths"))], Into(body));
        Operation queued = await files.RestoreAsync(
            request.Caller,
            request.Id,
            body.OptionalText("share_id"),
            selection,
            request.Aborted
        );
        await request.ReplyAsync(StatusCodes.Status202Accepted, queued, OperationView.Write);
    }

    private static byte[]? Into(JsonElement body) =>
        body.OptionalText("into", LongestPath) is { } text && EntryPath.OfText(text, "into") is { Length: > 0 } into
            ? into
            : null;

    private static async Task HistoryAsync(NativeRequest request)
    {
        BackupFileService files = request.Service<BackupFileService>();
        files.Require(request.Caller, "backup_file:get");
        PathHistory found = await files.HistoryAsync(
            request.Caller,
            request.Id,
            request.EntryPath("shares", "history"),
            request.After(),
            request.Limit(),
            request.Aborted
        );
        string? next = found.Next is var (time, id) ? Cursor.Of(time, id) : null;
        await request.ReplyListAsync("versions", found.Versions, next, BackupChangeView.Write);
    }

    private static async Task LookAsync(NativeRequest request)
    {
        BackupFileService files = request.Service<BackupFileService>();
        files.Require(request.Caller, "backup_file:get");
        byte[] from = request.Query["cursor"] is { } cursor ? EntryPath.After(cursor) : [];
        BackupLook look = await files.LookAsync(
            request.Caller,
            request.Id,
            request.EntryPath("backups", "files"),
            from,
            request.Limit(),
            request.Aborted
        );
        await request.ReplyAsync(StatusCodes.Status200OK, look, (writer, row, _) => BackupEntryView.Write(writer, row));
    }

    public static async Task DownloadAsync(NativeRequest request)
    {
        BackupFileService files = request.Service<BackupFileService>();
        files.Require(request.Caller, "backup_file:download");
        string form = request.OneOf("download", ["file", "tar", "zip"])!;
        await using BackupDownload download = await files.OpenAsync(
            request.Caller,
            request.Id,
            request.EntryPath("backups", "files"),
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
