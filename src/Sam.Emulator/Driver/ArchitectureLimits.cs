namespace Sam.Emulator;

/// <summary>What one multiprocessor of an architecture holds, as the CUDA programming guide's table of compute capabilities has
/// it.</summary>
/// <param name="ThreadsPerMultiprocessor">Threads at once.</param>
/// <param name="BlocksPerMultiprocessor">Blocks at once.</param>
/// <param name="SharedPerMultiprocessor">Bytes of shared memory.</param>
/// <param name="SharedPerBlockOptin">Bytes of shared memory that one block can opt in to.</param>
/// <param name="ReservedSharedPerBlock">Bytes of shared memory that the driver keeps of each block.</param>
/// <param name="L2Bytes">Bytes of the level-2 cache of a typical device.</param>
internal sealed record ArchitectureLimits(
    int ThreadsPerMultiprocessor,
    int BlocksPerMultiprocessor,
    int SharedPerMultiprocessor,
    int SharedPerBlockOptin,
    int ReservedSharedPerBlock,
    int L2Bytes)
{
    internal const int WarpSize = 32;
    internal const int ThreadsPerBlock = 1024;
    internal const int SharedPerBlock = 48 * 1024;
    internal const int RegistersPerMultiprocessor = 65536;
    internal const int ConstantBytes = 65536;
    internal const int MaxBlockX = 1024;
    internal const int MaxBlockY = 1024;
    internal const int MaxBlockZ = 64;
    internal const int MaxGridX = int.MaxValue;
    internal const int MaxGridYZ = 65535;

    // Registers are handed out to a warp in units of this many.
    private const int RegisterUnit = 256;

    /// <summary>The limits of an architecture.</summary>
    /// <param name="architecture">60 to 90.</param>
    /// <returns>The limits; those of the nearest older architecture where this one is not in the table.</returns>
    internal static ArchitectureLimits Of(int architecture) => architecture switch
    {
        >= 90 => new(2048, 32, 228 * 1024, 227 * 1024, 1024, 50 << 20),
        89 => new(1536, 24, 100 * 1024, 99 * 1024, 1024, 72 << 20),
        >= 86 => new(1536, 16, 100 * 1024, 99 * 1024, 1024, 6 << 20),
        >= 80 => new(2048, 32, 164 * 1024, 163 * 1024, 1024, 40 << 20),
        >= 75 => new(1024, 16, 64 * 1024, 64 * 1024, 0, 4 << 20),
        >= 70 => new(2048, 32, 96 * 1024, 96 * 1024, 0, 6 << 20),
        61 => new(2048, 32, 96 * 1024, 48 * 1024, 0, 2 << 20),
        _ => new(2048, 32, 64 * 1024, 48 * 1024, 0, 4 << 20),
    };

    /// <summary>Blocks that one multiprocessor holds at once.</summary>
    /// <param name="threads">Threads of a block; at least 1.</param>
    /// <param name="registersPerThread">Registers of a thread.</param>
    /// <param name="sharedBytes">Bytes of shared memory of a block, declared and dynamic.</param>
    /// <returns>The number; 0 where not even one block fits.</returns>
    internal int ActiveBlocks(int threads, int registersPerThread, long sharedBytes)
    {
        int warps = (threads + WarpSize - 1) / WarpSize;
        if (threads > ThreadsPerBlock) return 0;
        int blocks = Math.Min(BlocksPerMultiprocessor, ThreadsPerMultiprocessor / (warps * WarpSize));
        int perWarp = ((registersPerThread * WarpSize) + RegisterUnit - 1) / RegisterUnit * RegisterUnit;
        if (perWarp > 0) blocks = Math.Min(blocks, RegistersPerMultiprocessor / (perWarp * warps));
        long shared = sharedBytes + ReservedSharedPerBlock;
        if (shared > 0) blocks = (int)Math.Min(blocks, SharedPerMultiprocessor / shared);
        return blocks;
    }
}
