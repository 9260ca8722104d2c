using System.Text;
using Holdfast.Api.Dashboard.Layout;
using Holdfast.Api.Manila;
using Holdfast.Api.Native;
using Holdfast.Core.Access;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Dashboard;

/// <summary>
/// A request to the dashboard: what a handler may look at, and how it answers. Queries, paths and downloads are the native
/// API's, beneath another address.
/// </summary>
/// <param name="session">Null on pages for whoever is not signed in.</param>
internal sealed class DashboardRequest(HttpContext http, Session? session) : NativeRequest(http)
{
    private QueryParameters? form;

    public HttpContext Context => Http;

    /// <summary>Of whoever is signed in.</summary>
    public Session Session => session!;

    protected override string Base => DashboardRoutes.Base;

    /// <summary>A field of the form, without spaces around it; null when it is missing or empty.</summary>
    public string? Field(string name) => form?[name]?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>The same as it was typed.</summary>
    public string? RawField(string name) => form?[name] is { Length: > 0 } text ? text : null;

    /// <exception cref="Problem">It is no form, or not one of ours.</exception>
    public async Task ReadFormAsync(bool needsToken)
    {
        string? type = Http.Request.ContentType?.Split(';')[0].Trim();
        if (!string.Equals(type, "application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            throw new Problem(StatusCodes.Status415UnsupportedMediaType, "This address takes a form of its page.");
        }
        form = new QueryParameters(Encoding.UTF8.GetString(await RequestBody.ReadAsync(Http)));
        if (needsToken && !FormToken.Holds(Session.Token, form[FormToken.FieldName]))
        {
            throw new Problem(
                StatusCodes.Status403Forbidden,
                "This form is not of your present session, so nothing was done. Go back, reload the page and try again."
            );
        }
    }

    /// <summary>A search field or a choice of the query; null when it is missing or empty.</summary>
    public string? Asked(string name) => Query[name]?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>303: what was asked for is done, or elsewhere.</summary>
    public void Lead(string path) => Lead(Http, path);

    public static void Lead(HttpContext http, string path)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = path;
    }

    /// <summary>This address with another cursor. Its path stays as it was sent: names in it are bytes.</summary>
    public string Behind(string cursor) => $"{ReturnPath.Of(Http).Split('?')[0]}?{Query.Behind(cursor)}";

    /// <summary>What stands behind <c>/{resource}/{id}/{part}</c>, as a path of a share that may be written: without slashes at its ends.</summary>
    public byte[] SharePath(string resource, string part)
    {
        byte[] path = [.. EntryPath(resource, part).AsSpan().Trim((byte)'/')];
        return path.Length == 0 ? path : Native.Backups.EntryPath.OfText(Native.Backups.EntryPath.Encode(path), "path");
    }

    public bool Allows(string rule) => Service<Policy>().Allows(Caller, rule);

    /// <param name="title">What the page is about: text of ours or of a tenant's.</param>
    /// <param name="section">The place in the navigation.</param>
    public async Task PageAsync<TPage, TModel>(
        string title,
        string? section,
        TModel model,
        int status = StatusCodes.Status200OK
    )
        where TPage : PageOf<TModel>
    {
        Person? person = session is null
            ? null
            : await Service<ISignIn>().DescribeAsync(Caller, session.Token, Aborted);
        await RenderAsync<TPage, TModel>(person, title, section, model, status);
    }

    /// <summary>The same with the person whom the handler has looked up.</summary>
    public Task RenderAsync<TPage, TModel>(Person? person, string title, string? section, TModel model, int status)
        where TPage : PageOf<TModel> =>
        PageRenderer.SendAsync<TPage, TModel>(Http, session, person, title, section, model, status);
}
