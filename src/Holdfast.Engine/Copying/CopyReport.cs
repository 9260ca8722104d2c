namespace Holdfast.Engine.Copying;

/// <summary>What a copy holds, and what it does not.</summary>
/// <param name="Files">Regular files, each name counted.</param>
/// <param name="LeftOut">Sockets, other file systems, what vanished, could not be read or lies too deep, and attributes left out.</param>
/// <param name="Unstable">Files that were written to whenever they were copied, so that they may be torn.</param>
public sealed record CopyReport(long Files, long LeftOut, long Unstable);
