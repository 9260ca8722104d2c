using Holdfast.Engine;

namespace Holdfast.Core.Workers;

/// <summary>Why an attempt failed: all of it for the log, and for rows what tenants may read.</summary>
internal static class FailureReason
{
    public const string Fault = "A fault of the program ended it; the log of the node says more.";

    public static string Full(EngineError error) =>
        error.Advice is null ? error.Message : $"{error.Message} {error.Advice}";

    /// <summary>
    /// Without paths of the host, names of objects in the store, or whose other work is in the way. What it is about is in
    /// the log under the operation's id.
    /// </summary>
    public static string Public(EngineError error) => error.PublicMessage ?? OfKind(error.Kind);

    private static string OfKind(EngineErrorKind kind) =>
        kind switch
        {
            EngineErrorKind.NotFound => "Something that it needs is missing from the backup store.",
            EngineErrorKind.WrongPassword => "The project's key does not open its repository.",
            EngineErrorKind.Damaged => "Data in the backup store is damaged.",
            EngineErrorKind.Locked => "The project's repository is locked by somebody else's work on it.",
            EngineErrorKind.LockLost => "The lock on the project's repository could not be kept.",
            EngineErrorKind.Store => "The backup store failed.",
            EngineErrorKind.Files => "The files cannot be reached.",
            _ => "It cannot be done as things are.",
        };
}
