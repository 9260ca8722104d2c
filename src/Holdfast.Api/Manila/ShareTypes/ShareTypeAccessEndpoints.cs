using System.Text.Json;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.ShareTypes;

/// <summary>Which projects may use a type that is not public.</summary>
internal static class ShareTypeAccessEndpoints
{
    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("types/{id}/share_type_access").On("GET", ListAsync),
        new ManilaResource("types/{id}/os-share-type-access").On("GET", ListAsync),
        new ManilaResource("types/{id}/action")
            .OnAction("addProjectAccess", AddAsync)
            .OnAction("removeProjectAccess", RemoveAsync),
    ];

    private static async Task ListAsync(ManilaRequest request) =>
        await request.ReplyAsync(
            200,
            "share_type_access",
            await request.Service<ShareTypeService>().ListProjectsAsync(request.Caller, request.Id, request.Aborted),
            static (writer, projects, request) =>
            {
                writer.WriteStartArray();
                foreach (string project in projects)
                {
                    writer.WriteStartObject();
                    writer.WriteString("share_type_id", request.Id);
                    writer.WriteString("project_id", project);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            }
        );

    private static async Task AddAsync(ManilaRequest request)
    {
        ShareTypeService types = request.Service<ShareTypeService>();
        types.Require(request.Caller, "share_type:add_project_access");
        await types.AddProjectAsync(request.Caller, request.Id, Project(request.Action), request.Aborted);
        await request.AcceptedAsync();
    }

    private static async Task RemoveAsync(ManilaRequest request)
    {
        ShareTypeService types = request.Service<ShareTypeService>();
        types.Require(request.Caller, "share_type:remove_project_access");
        await types.RemoveProjectAsync(request.Caller, request.Id, Project(request.Action), request.Aborted);
        await request.AcceptedAsync();
    }

    private static string Project(JsonElement action)
    {
        if (action.ValueKind != JsonValueKind.Object)
        {
            throw Fault.BadRequest();
        }
        string? project = action.OptionalText("project");
        return Guid.TryParseExact(project, "N", out _) || Guid.TryParseExact(project, "D", out _)
            ? project
            : throw Fault.BadRequest($"Bad project format: project is not in proper format ({project ?? "None"})");
    }
}
