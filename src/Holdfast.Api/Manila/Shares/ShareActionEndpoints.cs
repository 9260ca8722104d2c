using System.Globalization;
using System.Text.Json;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Shares;

/// <summary>
/// What is done to a share by <c>POST …/action</c>. Holdfast exports nothing by itself, so that there are no access rules
/// to allow or deny.
/// </summary>
internal static class ShareActionEndpoints
{
    private static readonly Microversion Renamed = new(2, 7);
    private static readonly Microversion BeforeRenamed = new(2, 6);
    private static readonly Microversion WithBin = new(2, 69);

    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("shares/{id}/action")
            .OnAction("reset_status", ResetStatusAsync, from: Renamed)
            .OnAction("os-reset_status", ResetStatusAsync, until: BeforeRenamed)
            .OnAction("reset_task_state", ResetTaskStateAsync, new(2, 22), until: new(2, 95), experimentally: true)
            .OnAction("reset_task_state", ResetTaskStateAsync, from: new(2, 96))
            .OnAction("force_delete", ForceDeleteAsync, from: Renamed)
            .OnAction("os-force_delete", ForceDeleteAsync, until: BeforeRenamed)
            .OnAction("extend", ExtendAsync, from: Renamed)
            .OnAction("os-extend", ExtendAsync, until: BeforeRenamed)
            .OnAction("shrink", ShrinkAsync, from: Renamed)
            .OnAction("os-shrink", ShrinkAsync, until: BeforeRenamed)
            .OnAction("soft_delete", SoftDeleteAsync, from: WithBin)
            .OnAction("restore", RestoreAsync, from: WithBin)
            .OnAction("revert", RevertAsync, from: new(2, 27))
            .OnAction("unmanage", ManagedShareEndpoints.UnmanageAsync, from: Renamed),
    ];

    // Manila's: every status that an administrator may give a share by hand.
    private static readonly string[] ResetStatuses =
    [
        "available",
        "creating",
        "deleting",
        "error",
        "error_deleting",
        "migrating",
        "migrating_to",
        "server_migrating",
    ];

    private static readonly string[] TaskStates =
    [
        "migration_starting",
        "migration_in_progress",
        "migration_completing",
        "migration_success",
        "migration_error",
        "migration_cancelled",
        "migration_driver_in_progress",
        "migration_driver_phase1_done",
        "data_copying_starting",
        "data_copying_in_progress",
        "data_copying_completing",
        "data_copying_completed",
        "data_copying_cancelled",
        "data_copying_error",
    ];

    private static async Task ResetStatusAsync(ManilaRequest request)
    {
        ShareStateService shares = request.Service<ShareStateService>();
        shares.Require(request.Caller, "share:reset_status");
        string status = ResetStatus.Read(request.Action, ResetStatuses);
        await shares.ResetStatusAsync(request.Caller, request.Id, status, request.Aborted);
        await request.AcceptedAsync();
    }

    private static async Task ResetTaskStateAsync(ManilaRequest request)
    {
        ShareStateService shares = request.Service<ShareStateService>();
        shares.Require(request.Caller, "share:reset_task_state");
        await shares.ResetTaskStateAsync(request.Caller, request.Id, TaskState(request.Action), request.Aborted);
        await request.AcceptedAsync();
    }

    private static async Task ForceDeleteAsync(ManilaRequest request)
    {
        await request.Service<ShareService>().ForceDeleteAsync(request.Caller, request.Id, request.Aborted);
        await request.AcceptedAsync();
    }

    private static async Task ExtendAsync(ManilaRequest request)
    {
        ShareStateService shares = request.Service<ShareStateService>();
        shares.Require(request.Caller, "share:extend");
        (int size, bool force) = (NewSize(request.Action), request.Version.Minor >= 64 && Force(request.Action));
        await shares.ExtendAsync(request.Caller, request.Id, size, force, request.Aborted);
        await request.AcceptedAsync();
    }

    private static async Task ShrinkAsync(ManilaRequest request)
    {
        ShareStateService shares = request.Service<ShareStateService>();
        shares.Require(request.Caller, "share:shrink");
        await shares.ShrinkAsync(request.Caller, request.Id, NewSize(request.Action), request.Aborted);
        await request.AcceptedAsync();
    }

    private static async Task SoftDeleteAsync(ManilaRequest request)
    {
        await request.Service<RecycleBinService>().SoftDeleteAsync(request.Caller, request.Id, request.Aborted);
        await request.AcceptedAsync();
    }

    /// <summary>202 out of the recycle bin; 200 where the share was not in it.</summary>
    private static async Task RestoreAsync(ManilaRequest request)
    {
        RecycleBinService bin = request.Service<RecycleBinService>();
        bool restored = await bin.RestoreAsync(request.Caller, request.Id, request.Aborted);
        await request.EmptyAsync(restored ? 202 : 200);
    }

    private static Task RevertAsync(ManilaRequest request)
    {
        ShareSnapshotService snapshots = request.Service<ShareSnapshotService>();
        snapshots.Require(request.Caller, "share:revert_to_snapshot");
        return snapshots.RefuseRevertAsync(request.Caller, request.Id, Snapshot(request.Action), request.Aborted);
    }

    private static string Snapshot(JsonElement action)
    {
        if (action.ValueKind != JsonValueKind.Object)
        {
            throw Fault.BadRequest("Revert entity not found in request body.");
        }
        if (!action.TryGetProperty("snapshot_id", out JsonElement id))
        {
            throw Fault.BadRequest("Required parameter snapshot_id not found.");
        }
        return id.AsText("snapshot_id") is { Length: > 0 } text
            ? text
            : throw Fault.BadRequest("Required parameter snapshot_id is empty.");
    }

    private static string? TaskState(JsonElement action)
    {
        if (action.ValueKind != JsonValueKind.Object || !action.TryGetProperty("task_state", out JsonElement state))
        {
            throw Fault.BadRequest("Must specify 'task_state'");
        }
        if (state.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        string? text = state.ValueKind == JsonValueKind.String ? state.GetString() : null;
        return TaskStates.Contains(text)
            ? text
            : throw Fault.BadRequest($"Invalid state. Valid states: {string.Join(", ", TaskStates)}, None.");
    }

    /// <summary>GiB; a number or its text.</summary>
    private static int NewSize(JsonElement action)
    {
        string? text =
            action.ValueKind == JsonValueKind.Object
            && action.TryGetProperty("new_size", out JsonElement size)
            && size.ValueKind is JsonValueKind.Number or JsonValueKind.String
                ? size.AsText("new_size")
                : null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw Fault.BadRequest("New share size must be specified as an integer.");
    }

    private static bool Force(JsonElement action)
    {
        if (!action.TryGetProperty("force", out JsonElement force))
        {
            return false;
        }
        return force.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                JsonValueKind.String => Truth.Strictly(force.GetString()),
                _ => null,
            } ?? throw Fault.BadRequest($"Invalid boolean force : {force.GetRawText()}");
    }
}
