using Holdfast.Core.Access;
using Microsoft.AspNetCore.Components;

namespace Holdfast.Api.Dashboard.Layout;

/// <summary>What every page knows beside its own matter.</summary>
public sealed record PageContext
{
    public required string Title { get; init; }

    /// <summary>The place in the navigation; null for none.</summary>
    public string? Section { get; init; }

    /// <summary>Null for whoever is not signed in.</summary>
    public Person? Person { get; init; }

    /// <summary>Empty before one is chosen.</summary>
    public required string ProjectId { get; init; }
    public required string FormToken { get; init; }
    public required DateTimeOffset Now { get; init; }

    /// <summary>Whether the policy lets the person do something: what it does not is not offered.</summary>
    public required Func<string, bool> Allows { get; init; }
}

/// <summary>A page and what it shows.</summary>
public abstract class PageOf<TModel> : ComponentBase
{
    [Parameter, EditorRequired]
    public PageContext Page { get; set; } = default!;

    [Parameter, EditorRequired]
    public TModel Model { get; set; } = default!;
}

/// <summary>A step of the way to a page. The last one has no address: it is the page.</summary>
public sealed record Crumb(string Text, string? Address = null);
