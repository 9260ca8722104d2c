using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Manila;

internal delegate Task ManilaHandler(ManilaRequest request);

/// <summary>A verb of a resource: from which microversion on it exists, and whether only for those who opt in.</summary>
internal sealed record ManilaMethod(
    string Verb,
    ManilaHandler Handler,
    Microversion Since,
    Microversion Until,
    bool Experimental
);

/// <summary>One key of a <c>POST …/action</c> body.</summary>
internal sealed record ManilaAction(
    string Key,
    ManilaHandler Handler,
    Microversion Since,
    Microversion Until,
    bool Experimental
);

/// <summary>A path beneath <c>/v2</c> and all that can be done there.</summary>
/// <param name="since">From when its methods exist, where they do not say otherwise.</param>
internal sealed class ManilaResource(string path, Microversion? since = null, bool experimental = false)
{
    private readonly List<ManilaMethod> methods = [];
    private readonly List<ManilaAction> actions = [];

    public string Path { get; } = path;

    public ManilaResource On(string verb, ManilaHandler handler, Microversion? from = null, Microversion? until = null)
    {
        methods.Add(
            new(verb, handler, from ?? since ?? Microversion.Oldest, until ?? Microversion.Newest, experimental)
        );
        return this;
    }

    /// <summary>A verb that was an experiment until <paramref name="graduated"/>, and is none from there on.</summary>
    public ManilaResource OnGraduated(string verb, ManilaHandler handler, Microversion graduated)
    {
        Microversion last = new(graduated.Major, graduated.Minor - 1);
        methods.Add(new(verb, handler, since ?? Microversion.Oldest, last, Experimental: true));
        methods.Add(new(verb, handler, graduated, Microversion.Newest, Experimental: false));
        return this;
    }

    public ManilaResource OnAction(
        string key,
        ManilaHandler handler,
        Microversion? from = null,
        Microversion? until = null,
        bool experimentally = false
    )
    {
        actions.Add(
            new(
                key,
                handler,
                from ?? since ?? Microversion.Oldest,
                until ?? Microversion.Newest,
                experimental || experimentally
            )
        );
        return this;
    }

    /// <summary>All that can be done here: a verb, or POST with an action's key in the body.</summary>
    public IEnumerable<(string Verb, string? Action)> Calls =>
        methods
            .Select(method => (method.Verb, (string?)null))
            .Concat(actions.Select(action => (HttpMethods.Post, (string?)action.Key)))
            .Distinct();

    public bool IsAction => actions.Count > 0;

    public bool Routes(string verb) =>
        (IsAction && HttpMethods.IsPost(verb)) || methods.Exists(method => HttpMethods.Equals(method.Verb, verb));

    /// <summary>The method as it is at this version; null is Manila's "no such method here", a 404.</summary>
    public ManilaHandler? Method(string verb, Microversion version, bool optedIn) =>
        methods
            .Find(method =>
                HttpMethods.Equals(method.Verb, verb)
                && version >= method.Since
                && version <= method.Until
                && (optedIn || !method.Experimental)
            )
            ?.Handler;

    /// <summary>
    /// Which action a body names. An unknown key is refused before the version is looked at; a body that is no object is
    /// judged by its length, as Python's <c>len</c> would.
    /// </summary>
    public (string Key, JsonElement Value) NameAction(JsonElement? body)
    {
        if (body is not { } json)
        {
            throw Fault.BadRequest("There is no such action: None");
        }
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw LengthOf(json) is null or 1 ? Fault.NotFound() : Fault.BadRequest("Malformed request body");
        }
        JsonElement.ObjectEnumerator members = json.EnumerateObject();
        if (!members.MoveNext())
        {
            throw Fault.BadRequest("Malformed request body");
        }
        JsonProperty only = members.Current;
        if (members.MoveNext())
        {
            throw Fault.BadRequest("Malformed request body");
        }
        return actions.Exists(action => action.Key == only.Name)
            ? (only.Name, only.Value)
            : throw Fault.BadRequest($"There is no such action: {only.Name}");
    }

    public ManilaHandler? Action(string key, Microversion version, bool optedIn) =>
        actions
            .Find(action =>
                action.Key == key
                && version >= action.Since
                && version <= action.Until
                && (optedIn || !action.Experimental)
            )
            ?.Handler;

    private static int? LengthOf(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Array => json.GetArrayLength(),
            JsonValueKind.String => json.GetRawText().Length - 2,
            _ => null,
        };
}
