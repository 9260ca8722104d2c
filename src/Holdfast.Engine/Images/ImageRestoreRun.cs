namespace Holdfast.Engine.Images;

/// <summary>What the parts of one restore of an image share.</summary>
internal sealed record ImageRestoreRun(
    Repository Repository,
    ImageRestoreSource Source,
    ImageTarget Target,
    int Workers,
    ImageRestoreTally Tally
);
