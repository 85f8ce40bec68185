namespace Sam.Emulator;

/// <summary>How a kernel is launched.</summary>
/// <param name="Grid">Blocks.</param>
/// <param name="Block">Threads of a block.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block.</param>
/// <param name="IsCooperative">Whether the blocks may wait for each other.</param>
internal readonly record struct KernelLaunch(Dim3 Grid, Dim3 Block, int SharedBytes, bool IsCooperative);
