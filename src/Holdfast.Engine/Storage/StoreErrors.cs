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
            ObjectErrorKind.Full => Store(error, "Free space in the store, or raise its quota."),
            ObjectErrorKind.Denied => Store(error, "Check the store's credentials, owner and file modes."),
            ObjectErrorKind.Unavailable => Store(error, "Check that the store is up and reachable."),
            _ => Store(error, "Check the store and the disk beneath it."),
        };

    private static EngineError Store(ObjectError error, string advice) =>
        new(EngineErrorKind.Store, error.Temporary, error.Message, advice, error);
}
