using System.Globalization;
using Holdfast.Core.Catalog;
using Holdfast.Core.Services;

namespace Holdfast.Api.Native.Audit;

/// <summary>The audit trail, to read and to take away.</summary>
internal static class AuditEndpoints
{
    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("audit").Get(ListAsync),
        new NativeRoute("audit/export").Get(ExportAsync),
    ];

    private static async Task ListAsync(NativeRequest request)
    {
        AuditService audit = request.Service<AuditService>();
        audit.Require(request.Caller, "audit:get_all");
        RowList<AuditEntry> list = await audit.ListAsync(
            request.Caller,
            Query(request),
            request.Limit(),
            Place(request),
            request.Aborted
        );
        string? next = list.More ? Cursor.Of(list.Rows[^1].At, AuditView.Id(list.Rows[^1])) : null;
        await request.ReplyListAsync("audit", list.Rows, next, AuditView.Write);
    }

    public static async Task ExportAsync(NativeRequest request)
    {
        AuditService audit = request.Service<AuditService>();
        audit.Require(request.Caller, "audit:get_all");
        bool lines = request.OneOf("format", ["csv", "jsonl"]) == "jsonl";
        IAsyncEnumerable<AuditEntry> rows = await audit.ExportAsync(request.Caller, Query(request), request.Aborted);
        await request.DownloadAsync(
            lines ? "audit.jsonl" : "audit.csv",
            lines ? "application/jsonl" : "text/csv; charset=utf-8; header=present",
            lines ? AuditExport.Lines(rows, request.Caller) : AuditExport.Csv(rows)
        );
    }

    public static AuditQuery Query(NativeRequest request) =>
        new()
        {
            Action = request.Query["action"],
            BackupId = request.Query["backup_id"],
            ObjectId = request.Query["object_id"],
            From = request.Utc("from"),
            To = request.Utc("to"),
            AllProjects = request.Flag("all_projects"),
        };

    public static AuditPlace? Place(NativeRequest request) =>
        request.After() is not var (time, text) ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? new AuditPlace(time, id)
        : throw Cursor.Unknown();
}
