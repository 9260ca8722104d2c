namespace Holdfast.Engine.Copying;

/// <summary>What a copy holds, and what it does not.</summary>
/// <param name="Files">Regular files, each name counted.</param>
/// <param name="LeftOut">Sockets, other file systems, and what vanished or lies too deep.</param>
public sealed record CopyReport(long Files, long LeftOut);
