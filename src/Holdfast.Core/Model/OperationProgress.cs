namespace Holdfast.Core.Model;

/// <summary>How far the work of an operation is.</summary>
/// <param name="Done">Bytes, or whatever the kind counts.</param>
/// <param name="Total">Of the same; 0 while unknown.</param>
/// <param name="Phase">What is being done, in words for people.</param>
/// <param name="Bytes">Read or written, or found to be right, so far; 0 where none are counted.</param>
/// <param name="Files">The same of files.</param>
public readonly record struct OperationProgress(
    long Done,
    long Total,
    string? Phase = null,
    long Bytes = 0,
    long Files = 0
);
