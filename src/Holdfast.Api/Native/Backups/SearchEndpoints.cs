using System.Globalization;
using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Reading;
using Holdfast.Core.Services;

namespace Holdfast.Api.Native.Backups;

/// <summary>Looking for a name in a backup, or in all backups of a share.</summary>
internal static class SearchEndpoints
{
    public static readonly NativeRoute[] Routes = [new NativeRoute("search").Get(SearchAsync)];

    private static async Task SearchAsync(NativeRequest request)
    {
        request.Service<BackupFileService>().Require(request.Caller, "backup_file:get");
        SearchQuery query = new()
        {
            Name = request.Query["name"] ?? throw Problem.BadRequest("'name' is missing: what to look for."),
            BackupId = request.Query["backup_id"],
            ShareId = request.Query["share_id"],
            Type = request.OneOf("type", BackupEntry.Types),
            Limit = request.Limit(),
            After = Place(request),
        };
        SearchResult found = await request.Service<SearchService>().SearchAsync(request.Caller, query, request.Aborted);
        await request.ReplyListAsync("entries", found.Hits, CursorOf(found), Write);
    }

    /// <summary>Null at the end.</summary>
    public static string? CursorOf(SearchResult found) =>
        found.Next is { } at ? Cursor.Of(at.CreatedAt, $"{at.Entry}:{at.BackupId}") : null;

    public static SearchPlace? Place(NativeRequest request) =>
        request.After() is var (time, place) ? PlaceOf(time, place) : null;

    private static SearchPlace PlaceOf(DateTimeOffset time, string place)
    {
        int colon = place.IndexOf(':', StringComparison.Ordinal);
        return
            colon > 0
            && int.TryParse(place.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out int entry)
            ? new SearchPlace(time, place[(colon + 1)..], entry)
            : throw Cursor.Unknown();
    }

    private static void Write(Utf8JsonWriter writer, SearchHit hit, Caller caller)
    {
        writer.WriteStartObject();
        writer.WriteString("backup_id", hit.Backup.Id);
        writer.WriteString("backup_name", hit.Backup.Name);
        writer.WriteUtc("created_at", hit.Backup.CreatedAt);
        writer.WriteString("name", BackupEntry.Text(hit.Entry.Name));
        writer.WriteString("path", EntryPath.Encode(hit.Entry.Path));
        writer.WriteString("type", hit.Entry.Type);
        if (hit.Entry.Size is { } size)
        {
            writer.WriteNumber("size", size);
        }
        else
        {
            writer.WriteNull("size");
        }
        writer.WriteUtc("modified_at", hit.Entry.ModifiedAt);
        writer.WriteEndObject();
    }
}
