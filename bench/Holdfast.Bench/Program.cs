using Holdfast.Bench;

// Kernels by hand: dotnet run -c Release --project bench/Holdfast.Bench
//                  [chunking|hashing|compression|sealing|trees|packs [text root [store root [only]]]]
//                  index [blobs [blobs a pack]]
//                  floor read|hash|compress DIR
//                  images DIR STORE [bytes of a change]
//                  remote [milliseconds a request [files]]
//                  claims sqlite|postgres FILE|CONNECTION claimers operations
//                  snapshots REPOSITORY <password and ids
string which = args.Length > 0 ? args[0] : "";
if (which is "" or "chunking")
{
    ChunkingBench.Run();
}
if (which is "" or "hashing")
{
    HashingBench.Run();
}
if (which is "" or "compression")
{
    CompressionBench.Run();
}
if (which is "" or "sealing")
{
    SealingBench.Run();
}
if (which is "" or "trees")
{
    TreesBench.Run();
}
if (which is "" or "index")
{
    IndexBench.Run(
        args.Length > 1 ? int.Parse(args[1]) : 1_000_000,
        args.Length > 2 ? int.Parse(args[2]) : IndexBench.BlobsAPack
    );
}
if (which is "" or "packs")
{
    await PacksBench.RunAsync(
        args.Length > 1 ? args[1] : "/usr/share",
        args.Length > 2 ? args[2] : Path.Combine(Path.GetTempPath(), $"holdfast-bench-{Environment.ProcessId}"),
        args.Length > 3 ? args[3] : ""
    );
}
if (which == "images")
{
    await ImagesBench.RunAsync(args[1], args[2], args.Length > 3 ? int.Parse(args[3]) : 1 << 20);
}
if (which == "floor")
{
    FloorBench.Run(args[1], args[2]);
}
if (which == "remote")
{
    await RemoteBench.RunAsync(
        TimeSpan.FromMilliseconds(args.Length > 1 ? int.Parse(args[1]) : 20),
        args.Length > 2 ? int.Parse(args[2]) : 20_000
    );
}
if (which == "claims")
{
    await ClaimsBench.RunAsync(args[1], args[2], int.Parse(args[3]), int.Parse(args[4]));
}
if (which == "snapshots")
{
    await SnapshotsBench.RunAsync(args[1]);
}
