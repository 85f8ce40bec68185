using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Sixteen counters of <see cref="Philox"/> at once: sixty-four consecutive elements of a stream.</summary>
internal static class PhiloxLanes
{
    /// <summary>Elements 64 block to 64 block + 63 of a stream, as integers; the same as <see cref="Philox.Element"/>.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="stream">The stream.</param>
    /// <param name="block">Number of the 64 elements.</param>
    /// <param name="w0">Elements 0 to 15 of the block.</param>
    /// <param name="w1">Elements 16 to 31.</param>
    /// <param name="w2">Elements 32 to 47.</param>
    /// <param name="w3">Elements 48 to 63.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Next<TV>(RandomStream stream, long block, out TV w0, out TV w1, out TV w2, out TV w3)
        where TV : unmanaged, ILanes<TV>
    {
        TV c0 = TV.Indices((uint)(block << 4));
        TV c1 = TV.SplatBits((int)stream.Stream);
        TV c2 = TV.SplatBits((int)(uint)stream.Step);
        TV c3 = TV.SplatBits((int)(uint)(stream.Step >> 32));
        uint k0 = (uint)stream.Seed;
        uint k1 = (uint)(stream.Seed >> 32);
        for (int round = 0; round < Philox.Rounds; round++)
        {
            TV low0 = TV.MultiplyWide(c0, Philox.Multiplier0, out TV high0);
            TV low1 = TV.MultiplyWide(c2, Philox.Multiplier1, out TV high1);
            c0 = high1 ^ c1 ^ TV.SplatBits((int)k0);
            c1 = low1;
            c2 = high0 ^ c3 ^ TV.SplatBits((int)k1);
            c3 = low0;
            k0 += Philox.Weyl0;
            k1 += Philox.Weyl1;
        }

        w0 = c0;
        w1 = c1;
        w2 = c2;
        w3 = c3;
    }

    /// <summary>Integers as floats in [0, 1): the upper 24 bits times 2^-24.</summary>
    /// <typeparam name="TV">The lanes.</typeparam>
    /// <param name="words">Uniform 32-bit integers.</param>
    /// <returns>Uniform floats.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TV Uniform<TV>(TV words)
        where TV : unmanaged, ILanes<TV> => TV.ConvertToSingle(TV.ShiftRightLogical(words, 8)) * TV.Splat(1f / 16777216f);
}
