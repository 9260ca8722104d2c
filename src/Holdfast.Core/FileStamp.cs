namespace Holdfast.Core;

/// <summary>What tells one state of a file from another: whoever writes, replaces or opens it up changes the stamp.</summary>
/// <param name="Mode"><c>st_mode</c>.</param>
/// <param name="Changed">When the inode last changed, by the host's clock.</param>
/// <param name="Modified">When the content last changed: seconds and nanoseconds.</param>
internal readonly record struct FileStamp(
    ushort Mode,
    ulong Inode,
    long Size,
    DateTimeOffset Changed,
    (long Seconds, uint Nanoseconds) Modified,
    ulong Device
)
{
    public bool IsRegularFile => Mode >> 12 == 8;

    public bool IsDirectory => Mode >> 12 == 4;

    public bool IsWritableByAll => (Mode & 2) != 0;

    /// <summary>A file system's time; one that no clock shows is the nearest that there is.</summary>
    public static DateTimeOffset TimeOf(long seconds, uint nanoseconds) =>
        DateTimeOffset
            .FromUnixTimeSeconds(
                Math.Clamp(
                    seconds,
                    DateTimeOffset.MinValue.ToUnixTimeSeconds(),
                    DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                )
            )
            .AddTicks(Math.Min(nanoseconds / 100, TimeSpan.TicksPerSecond - 1));
}
