using Holdfast.Bench;

// Kernels by hand: dotnet run -c Release --project bench/Holdfast.Bench [chunking|trees|packs [text root [store root [only]]]]
//                  images DIR STORE [bytes of a change]
string which = args.Length > 0 ? args[0] : "";
if (which is "" or "chunking")
{
    ChunkingBench.Run();
}
if (which is "" or "trees")
{
    TreesBench.Run();
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
