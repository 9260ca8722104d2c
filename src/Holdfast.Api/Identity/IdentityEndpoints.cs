using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Api.Identity;

/// <summary>Local identity: the part of Keystone's Identity v3 API that OpenStack clients need, beneath <c>/identity</c>.</summary>
public static class IdentityEndpoints
{
    public static void MapIdentity(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder identity = routes.MapGroup("/identity");
        IdentityRoute On(string path) => IdentityRoute.On(identity, path);

        On("/").Get(VersionEndpoints.ListAsync).WithoutToken("GET", "HEAD");
        On("/v3").Get(VersionEndpoints.GetAsync).WithoutToken("GET", "HEAD");

        On("/v3/auth/tokens")
            .Post(TokenEndpoints.CreateAsync)
            .Get(TokenEndpoints.GetAsync)
            .Delete(TokenEndpoints.DeleteAsync)
            .WithoutToken("POST");
        On("/v3/auth/catalog").Get(CatalogueEndpoints.GetAsync);
        On("/v3/auth/projects").Get(ProjectEndpoints.ListOwnAsync);

        On("/v3/projects").Get(ProjectEndpoints.ListAsync).Post(ProjectEndpoints.CreateAsync);
        On("/v3/projects/{project}")
            .Get(ProjectEndpoints.GetAsync)
            .Patch(ProjectEndpoints.UpdateAsync)
            .Delete(ProjectEndpoints.DeleteAsync);

        On("/v3/users").Get(UserEndpoints.ListAsync).Post(UserEndpoints.CreateAsync);
        On("/v3/users/{user}")
            .Get(UserEndpoints.GetAsync)
            .Patch(UserEndpoints.UpdateAsync)
            .Delete(UserEndpoints.DeleteAsync);
        On("/v3/users/{user}/password").Post(UserEndpoints.ChangePasswordAsync).WithoutToken("POST");
        On("/v3/users/{user}/projects").Get(ProjectEndpoints.ListOfUserAsync);

        On("/v3/roles").Get(RoleEndpoints.ListAsync).Post(RoleEndpoints.CreateAsync);
        On("/v3/roles/{role}")
            .Get(RoleEndpoints.GetAsync)
            .Patch(RoleEndpoints.UpdateAsync)
            .Delete(RoleEndpoints.DeleteAsync);
        On("/v3/role_assignments").Get(RoleAssignmentEndpoints.ListAsync);
        On("/v3/projects/{project}/users/{user}/roles").Get(GrantEndpoints.ListAsync);
        On("/v3/projects/{project}/users/{user}/roles/{role}")
            .Get(GrantEndpoints.CheckAsync)
            .Put(GrantEndpoints.CreateAsync)
            .Delete(GrantEndpoints.DeleteAsync);

        On("/v3/domains").Get(DomainEndpoints.ListAsync);
        On("/v3/domains/{domain}").Get(DomainEndpoints.GetAsync);
        On("/v3/regions").Get(CatalogueEndpoints.ListRegionsAsync);
        On("/v3/regions/{region}").Get(CatalogueEndpoints.GetRegionAsync);
        On("/v3/services").Get(CatalogueEndpoints.ListServicesAsync);
        On("/v3/services/{service}").Get(CatalogueEndpoints.GetServiceAsync);
        On("/v3/endpoints").Get(CatalogueEndpoints.ListEndpointsAsync);
        On("/v3/endpoints/{endpoint}").Get(CatalogueEndpoints.GetEndpointAsync);

        On("/{**path}").Unrouted();
    }
}
