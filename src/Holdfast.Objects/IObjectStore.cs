using System.Buffers;

namespace Holdfast.Objects;

/// <summary>What a listing says of an object. <paramref name="Modified"/> is the store's clock, for leftovers only.</summary>
public readonly record struct ObjectInfo(ObjectName Name, long Size, DateTimeOffset Modified);

/// <summary>
/// Bytes by name. Every implementation passes the conformance suite in <c>Holdfast.Testing</c>.
/// </summary>
/// <remarks>
/// All members may be called from many threads at once. Every failure is an <see cref="ObjectError"/>; cancellation is
/// an <see cref="OperationCanceledException"/>. Reading sees every write that was acknowledged before it, and so does a
/// listing.
/// </remarks>
public interface IObjectStore
{
    /// <summary>
    /// Stores the bytes under the name, atomically: a reader sees the old object, none, or the whole new one. When the
    /// task ends well the object outlives a power cut. Writing over an existing object replaces it.
    /// </summary>
    Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken);

    /// <summary>
    /// Stores the bytes only if the name is free.
    /// </summary>
    /// <returns>False, and nothing changed, when an object of that name exists.</returns>
    /// <exception cref="ObjectError"><see cref="ObjectErrorKind.Unsupported"/>: the store cannot decide this.</exception>
    Task<bool> TryCreateAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken);

    /// <summary>
    /// Fills <paramref name="destination"/> from <paramref name="offset"/> on.
    /// </summary>
    /// <exception cref="ObjectError">
    /// <see cref="ObjectErrorKind.NotFound"/>; <see cref="ObjectErrorKind.Damaged"/> when the object ends too early.
    /// </exception>
    Task ReadAsync(ObjectName name, long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <returns>Null when there is no such object.</returns>
    Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken);

    /// <summary>
    /// Every object beneath the prefix, at any depth, in no promised order. The prefix is one or more whole segments,
    /// or empty for everything. Unfinished uploads are not listed. An unknown prefix is an empty listing.
    /// </summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the object; it stays removed after a power cut. Removing what is not there succeeds.
    /// </summary>
    Task DeleteAsync(ObjectName name, CancellationToken cancellationToken);

    /// <summary>
    /// Removes what is left of writes that never ended (a temporary file, a multipart upload) and began before the
    /// given moment.
    /// </summary>
    /// <returns>How many were removed.</returns>
    Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken);
}
