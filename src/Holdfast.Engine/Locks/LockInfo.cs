namespace Holdfast.Engine.Locks;

/// <summary>What a lock file says of its holder.</summary>
public sealed record LockInfo
{
    /// <summary>When it was taken or last refreshed.</summary>
    public required DateTimeOffset Time { get; init; }
    public required bool Exclusive { get; init; }
    public required string Hostname { get; init; }
    public required string Username { get; init; }
    public required int ProcessId { get; init; }
    public uint Uid { get; init; }
    public uint Gid { get; init; }
}
