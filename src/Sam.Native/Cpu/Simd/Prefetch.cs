using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Hints to the cache for planes that lie far apart: the processor's own prefetcher stops at the end of a page.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Elements between what is worked on and what is asked for.</summary>
    public const int Distance = 1024;

    /// <summary>Asks for a cache line. Any address is allowed.</summary>
    /// <param name="address">An address in the line.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(float* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }

    /// <summary>Elements from a place in a plane to the same place so many planes on that at least <see cref="Distance"/> elements lie
    /// between.</summary>
    /// <param name="size">Elements of a plane.</param>
    /// <param name="stride">Elements from one plane to the next.</param>
    public static long Ahead(int size, long stride) => ((Distance + size - 1) / size) * stride;
}
