using Holdfast.Bench;

// Kernels by hand: dotnet run -c Release --project bench/Holdfast.Bench
ChunkingBench.Run();
TreesBench.Run();
