using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>What is put back: the content of one directory of a snapshot.</summary>
/// <param name="Tree">That directory's tree.</param>
/// <param name="Directory">Its node, whose metadata the target is given too; null leaves the target's own.</param>
/// <param name="Time">When the backup began. A file changed since is never taken as unchanged.</param>
/// <param name="Only">What of it is put back; null for all.</param>
public sealed record RestoreSource(Id Tree, Node? Directory, DateTimeOffset Time, PathSelection? Only = null);
