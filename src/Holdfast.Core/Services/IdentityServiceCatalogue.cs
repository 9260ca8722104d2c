using Holdfast.Core.Access;

namespace Holdfast.Core.Services;

/// <summary>A service that clients look for.</summary>
/// <param name="Path">Beneath the public URL; <c>$(project_id)s</c> stands for the token's project.</param>
public sealed record CatalogueService(string Type, string Name, string Description, string Path)
{
    public string Id { get; } = IdentityId.Of("service " + Type);
}

/// <param name="Interface">public, internal or admin.</param>
public sealed record CatalogueEndpoint(string Id, CatalogueService Service, string Interface, string Url);

/// <summary>Where everything is: derived from the public URL, so there is nothing to write.</summary>
public sealed class IdentityServiceCatalogue(CoreOptions options)
{
    private const string ProjectId = "$(project_id)s";

    private static readonly string[] Interfaces = ["public", "internal", "admin"];

    public string Region => options.Region;

    public IReadOnlyList<CatalogueService> Services { get; } =
    [
        new("shared-file-system", "manila", "Shares and their backups", "/v2"),
        new("sharev2", "manilav2", "Shares and their backups, by the older name", "/v2"),
        new("vbs", "vbs", "Volume backups", "/v2"),
        new("vbsv2", "vbsv2", "Volume backups, with the project in the URL", $"/v2/{ProjectId}"),
        new("identity", "keystone", "Users, projects and tokens", "/identity/v3"),
    ];

    /// <param name="projectId">Null leaves the place of the project's id open.</param>
    public IEnumerable<CatalogueEndpoint> Endpoints(string? projectId) =>
        from service in Services
        from face in Interfaces
        select new CatalogueEndpoint(
            IdentityId.Of($"endpoint {service.Type} {face}"),
            service,
            face,
            options.PublicUrl.TrimEnd('/') + service.Path.Replace(ProjectId, projectId ?? ProjectId)
        );
}
