using Microsoft.AspNetCore.Http;

namespace Holdfast.Api;

/// <summary>What can be done at a path. HEAD is GET without its body.</summary>
internal sealed class Verbs<THandler>
    where THandler : class
{
    private readonly Dictionary<string, THandler> handlers = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> Names => handlers.Keys;

    public void Add(string verb, THandler handler)
    {
        handlers[verb] = handler;
        if (HttpMethods.IsGet(verb))
        {
            handlers[HttpMethods.Head] = handler;
        }
    }

    /// <returns>Null for another verb: the reply's <c>Allow</c> then names those there are.</returns>
    public THandler? Find(HttpContext http)
    {
        if (handlers.TryGetValue(http.Request.Method, out THandler? handler))
        {
            return handler;
        }
        http.Response.Headers.Allow = string.Join(", ", handlers.Keys.Order(StringComparer.Ordinal));
        return null;
    }
}
