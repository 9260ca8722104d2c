using Holdfast.Objects;

namespace Holdfast.Engine.Storage;

/// <summary>The one place where an object store's error becomes the engine's.</summary>
internal static class StoreErrors
{
    internal static EngineError Wrap(ObjectError error) =>
        error.Kind switch
        {
            ObjectErrorKind.NotFound => new(EngineErrorKind.NotFound, error.Temporary, error.Message, inner: error),
            ObjectErrorKind.Damaged => new(
                EngineErrorKind.Damaged,
                error.Temporary,
                error.Message,
                "Run check to see what else is damaged.",
                error
            ),
            ObjectErrorKind.Full => Store(
                error,
                "Free space in the store, or raise its quota.",
                "The backup store is full."
            ),
            ObjectErrorKind.Denied => Store(
                error,
                "Check the store's credentials, owner and file modes.",
                "The backup store refuses the service."
            ),
            ObjectErrorKind.Unavailable => Store(
                error,
                "Check that the store is up and reachable.",
                "The backup store does not answer."
            ),
            _ => Store(error, "Check the store and the disk beneath it.", "The backup store failed."),
        };

    /// <summary>The object is there, and a listing that was made since has not named it: nobody knows what else it lacks.</summary>
    internal static EngineError Unlisted(ObjectName name) =>
        new(
            EngineErrorKind.Store,
            temporary: true,
            $"The store has '{name}' and does not list it, so its listings are not to be trusted. Nothing was changed.",
            "Mend the store's listing; docs/operate/disaster.md says how. Work goes on by itself then."
        )
        {
            PublicMessage = "The backup store does not list all that it has.",
        };

    private static EngineError Store(ObjectError error, string advice, string publicly) =>
        new(EngineErrorKind.Store, error.Temporary, error.Message, advice, error) { PublicMessage = publicly };
}
