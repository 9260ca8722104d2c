using Holdfast.Api.Auth;
using Holdfast.Api.Manila;
using Holdfast.Core.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api;

/// <summary>What the handlers of every API may look at.</summary>
internal abstract class ApiRequest(HttpContext http)
{
    protected HttpContext Http { get; } = http;

    public Caller Caller { get; } = http.Caller();

    public QueryParameters Query { get; } = new(http.Request.QueryString.Value);

    public string Id => RouteText("id");

    public CancellationToken Aborted => Http.RequestAborted;

    public string RouteText(string name) => (string)Http.GetRouteValue(name)!;

    public T Service<T>()
        where T : notnull => Http.RequestServices.GetRequiredService<T>();
}
