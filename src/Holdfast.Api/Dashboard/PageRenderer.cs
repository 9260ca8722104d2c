using Holdfast.Api.Dashboard.Layout;
using Holdfast.Core.Access;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Api.Dashboard;

/// <summary>
/// Makes a page and sends it. By the renderer alone: the framework's own answers for components bring keys to keep.
/// </summary>
internal static class PageRenderer
{
    /// <param name="session">Null on pages for whoever is not signed in.</param>
    /// <param name="person">Whose session it is; null shows the page as it is without one.</param>
    /// <param name="title">What the page is about: text of ours or of a tenant's.</param>
    /// <param name="section">The place in the navigation; null for none.</param>
    public static async Task SendAsync<TPage, TModel>(
        HttpContext http,
        Session? session,
        Person? person,
        string title,
        string? section,
        TModel model,
        int status
    )
        where TPage : PageOf<TModel>
    {
        IServiceProvider services = http.RequestServices;
        Policy policy = services.GetRequiredService<Policy>();
        PageContext context = new()
        {
            Title = title,
            Section = section,
            Person = person,
            ProjectId = session?.Caller.ProjectId ?? "",
            FormToken = session is null ? "" : FormToken.Of(session.Token),
            Now = services.GetRequiredService<TimeProvider>().GetUtcNow(),
            Allows = rule => session is not null && policy.Allows(session.Caller, rule),
        };
        using MemoryStream bytes = new();
        await using (StreamWriter writer = new(bytes, leaveOpen: true))
        await using (HtmlRenderer renderer = new(services, services.GetRequiredService<ILoggerFactory>()))
        {
            await renderer.Dispatcher.InvokeAsync(async () =>
            {
                ParameterView parameters = ParameterView.FromDictionary(
                    new Dictionary<string, object?>
                    {
                        [nameof(PageOf<>.Page)] = context,
                        [nameof(PageOf<>.Model)] = model,
                    }
                );
                (await renderer.RenderComponentAsync<TPage>(parameters)).WriteHtmlTo(writer);
            });
        }
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), http.RequestAborted);
        }
    }
}
