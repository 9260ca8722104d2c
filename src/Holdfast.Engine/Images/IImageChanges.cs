namespace Holdfast.Engine.Images;

/// <summary>
/// Says what of an image is still as it was when the parent snapshot was made of it, without reading it. Offsets that are
/// asked for ascend.
/// </summary>
public interface IImageChanges
{
    /// <summary>
    /// The first byte at or after the offset that may be another than the parent snapshot has there;
    /// <see cref="long.MaxValue"/> when there is none. What it says of bytes beyond the parent's end does not matter.
    /// </summary>
    long NextChange(long offset);
}
