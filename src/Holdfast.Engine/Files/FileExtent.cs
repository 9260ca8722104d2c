namespace Holdfast.Engine.Files;

/// <summary>How a stretch of a file is stored.</summary>
internal enum ExtentKind
{
    /// <summary>Not at all: it reads as zeros.</summary>
    Hole,

    /// <summary>As it is, in blocks that nothing but the file's own writes changes.</summary>
    Data,

    /// <summary>Compressed, inline, not written yet, or the file system does not say: an address would tell nothing.</summary>
    Unclear,
}

/// <summary>A stretch of a file from where it was asked for.</summary>
/// <param name="End">Where something else may begin; <see cref="long.MaxValue"/> when nothing does.</param>
/// <param name="Address">Where <see cref="ExtentKind.Data"/> begins on the file system's disk, in bytes; else 0.</param>
internal readonly record struct FileExtent(ExtentKind Kind, long End, ulong Address);
