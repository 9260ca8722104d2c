using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Native.Volumes;

/// <summary>Volumes: made, or registered by an administrator. What a request begins it answers with, and with its operation.</summary>
internal static class VolumeEndpoints
{
    /// <summary>Characters: what Linux takes.</summary>
    private const int LongestPath = 4096;

    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("volumes").Get(ListAsync).Post(AddAsync),
        new NativeRoute("volumes/{id}").Get(ShowAsync).Patch(UpdateAsync).Delete(DeleteAsync),
        new NativeRoute("volumes/{id}/unregister").Post(UnregisterAsync),
        new NativeRoute("volumes/{id}/reset_status").Post(ResetStatusAsync),
    ];

    private static async Task ListAsync(NativeRequest request)
    {
        VolumeService volumes = request.Service<VolumeService>();
        volumes.Require(request.Caller, "volume:get_all");
        VolumeQuery query = new()
        {
            Name = request.Query["name"],
            Status = request.OneOf("status", VolumeStatus.All),
            AllProjects = request.Flag("all_projects"),
            Limit = request.Limit(),
            After = request.After(),
        };
        RowList<Volume> list = await volumes.ListAsync(request.Caller, query, request.Aborted);
        string? next = list.More ? Cursor.Of(list.Rows[^1].CreatedAt, list.Rows[^1].Id) : null;
        IReadOnlyList<ProtectedVolume> rows = await request
            .Service<ProtectionService>()
            .OfVolumesAsync(request.Caller, list.Rows, request.Aborted);
        await request.ReplyListAsync("volumes", rows, next, VolumeView.Write);
    }

    private static async Task ShowAsync(NativeRequest request)
    {
        Volume volume = await request.Service<VolumeService>().GetAsync(request.Caller, request.Id, request.Aborted);
        IReadOnlyList<ProtectedVolume> rows = await request
            .Service<ProtectionService>()
            .OfVolumesAsync(request.Caller, [volume], request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, rows[0], VolumeView.Write);
    }

    /// <summary>With a <c>path</c> it registers what is there; else it makes a new one.</summary>
    private static async Task AddAsync(NativeRequest request)
    {
        // Whoever may do neither is refused before the body is read.
        request.Service<VolumeService>().Require(request.Caller, "volume:create");
        JsonElement body = await request.BodyAsync();
        if (body.OptionalText("path", LongestPath) is { } path)
        {
            await RegisterAsync(request, body, path);
        }
        else
        {
            await CreateAsync(request, body);
        }
    }

    private static async Task RegisterAsync(NativeRequest request, JsonElement body, string path)
    {
        VolumeAdoptionService volumes = request.Service<VolumeAdoptionService>();
        volumes.Require(request.Caller, "volume:register");
        foreach (string name in new[] { "size", "backup_id" })
        {
            if (body.OptionalText(name) is not null)
            {
                throw Problem.BadRequest(
                    $"'{name}' is of a new volume, and 'path' of one that is there: give one of them."
                );
            }
        }
        RegisteredVolume asked = new(
            path,
            body.RequiredText("project_id"),
            body.OptionalText("name"),
            body.OptionalText("description")
        );
        Volume volume = await volumes.RegisterAsync(request.Caller, asked, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status201Created, volume, VolumeView.Write);
    }

    private static async Task CreateAsync(NativeRequest request, JsonElement body)
    {
        if (body.OptionalText("project_id") is not null)
        {
            throw Problem.BadRequest("'project_id' goes with 'path': a new volume is the project's that asks for it.");
        }
        NewVolume asked = new(
            Size(body),
            body.OptionalText("backup_id"),
            body.OptionalText("name"),
            body.OptionalText("description")
        );
        VolumeWork work = await request.Service<VolumeService>().CreateAsync(request.Caller, asked, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status202Accepted, work, VolumeView.Write);
    }

    private static async Task UpdateAsync(NativeRequest request)
    {
        VolumeService volumes = request.Service<VolumeService>();
        volumes.Require(request.Caller, "volume:update");
        JsonElement body = await request.BodyAsync();
        VolumeChange change = new(
            body.TryGetProperty("name", out _),
            body.OptionalText("name"),
            body.TryGetProperty("description", out _),
            body.OptionalText("description")
        );
        Volume volume = await volumes.UpdateAsync(request.Caller, request.Id, change, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, volume, VolumeView.Write);
    }

    private static async Task DeleteAsync(NativeRequest request)
    {
        VolumeWork work = await request
            .Service<VolumeService>()
            .DeleteAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status202Accepted, work, VolumeView.Write);
    }

    /// <summary>A body says nothing here and is not read.</summary>
    private static async Task UnregisterAsync(NativeRequest request)
    {
        await request.Service<VolumeAdoptionService>().UnregisterAsync(request.Caller, request.Id, request.Aborted);
        request.NoContent();
    }

    private static async Task ResetStatusAsync(NativeRequest request)
    {
        VolumeService volumes = request.Service<VolumeService>();
        volumes.Require(request.Caller, "volume:reset_status");
        string status = (await request.BodyAsync()).RequiredText("status");
        if (!VolumeStatus.Settable.Contains(status))
        {
            throw Problem.BadRequest($"'status' must be one of {string.Join(", ", VolumeStatus.Settable)}.");
        }
        Volume volume = await volumes.ResetStatusAsync(request.Caller, request.Id, status, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, volume, VolumeView.Write);
    }

    private static int? Size(JsonElement body)
    {
        if (!body.TryGetProperty("size", out JsonElement size) || size.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        return size.ValueKind == JsonValueKind.Number && size.TryGetInt32(out int gibibytes)
            ? gibibytes
            : throw Problem.BadRequest("'size' must be a whole number of GiB.");
    }
}
