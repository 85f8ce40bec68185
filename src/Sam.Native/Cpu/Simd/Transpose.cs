using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Transposition of small squares in registers. Rows beyond the last valid one repeat it, so nothing else is read.</summary>
internal static unsafe class Transpose
{
    /// <summary>destination[k * destinationStep + lane] = source[lane * step + k] for 16 lanes and 16 k; rows of the destination are
    /// not stored in order.</summary>
    /// <param name="source">First element.</param>
    /// <param name="step">Elements from one lane to the next.</param>
    /// <param name="lanes">Valid lanes, 1 to 16.</param>
    /// <param name="destination">First element of the destination.</param>
    /// <param name="destinationStep">Elements from one k to the next.</param>
    /// <param name="twelve">Whether only the first 12 lanes are stored.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Square16(float* source, nint step, int lanes, float* destination, nint destinationStep, bool twelve)
    {
        nint last = lanes - 1;
        Vector512<float> r0 = Vector512.Load(source);
        Vector512<float> r1 = Vector512.Load(source + (Math.Min(1, last) * step));
        Vector512<float> r2 = Vector512.Load(source + (Math.Min(2, last) * step));
        Vector512<float> r3 = Vector512.Load(source + (Math.Min(3, last) * step));
        Vector512<float> r4 = Vector512.Load(source + (Math.Min(4, last) * step));
        Vector512<float> r5 = Vector512.Load(source + (Math.Min(5, last) * step));
        Vector512<float> r6 = Vector512.Load(source + (Math.Min(6, last) * step));
        Vector512<float> r7 = Vector512.Load(source + (Math.Min(7, last) * step));
        Vector512<float> r8 = Vector512.Load(source + (Math.Min(8, last) * step));
        Vector512<float> r9 = Vector512.Load(source + (Math.Min(9, last) * step));
        Vector512<float> r10 = Vector512.Load(source + (Math.Min(10, last) * step));
        Vector512<float> r11 = Vector512.Load(source + (Math.Min(11, last) * step));
        Vector512<float> r12 = Vector512.Load(source + (Math.Min(12, last) * step));
        Vector512<float> r13 = Vector512.Load(source + (Math.Min(13, last) * step));
        Vector512<float> r14 = Vector512.Load(source + (Math.Min(14, last) * step));
        Vector512<float> r15 = Vector512.Load(source + (Math.Min(15, last) * step));

        // Pairs of rows, then fours: after these, a lane of 128 bits holds one column of four rows.
        (r0, r1, r2, r3) = Fours(r0, r1, r2, r3);
        (r4, r5, r6, r7) = Fours(r4, r5, r6, r7);
        (r8, r9, r10, r11) = Fours(r8, r9, r10, r11);
        (r12, r13, r14, r15) = Fours(r12, r13, r14, r15);

        // Column 4 l + c of rows q .. q + 3 is lane l of r[q + c]: the lanes are transposed for each c.
        Lanes(r0, r4, r8, r12, destination + (0 * destinationStep), 4 * destinationStep, twelve);
        Lanes(r1, r5, r9, r13, destination + (1 * destinationStep), 4 * destinationStep, twelve);
        Lanes(r2, r6, r10, r14, destination + (2 * destinationStep), 4 * destinationStep, twelve);
        Lanes(r3, r7, r11, r15, destination + (3 * destinationStep), 4 * destinationStep, twelve);
    }

    /// <summary>destination[k * destinationStep + lane] = source[offsets[lane] + k] for 16 lanes and 16 k; rows of the destination are
    /// not stored in order.</summary>
    /// <param name="source">First element.</param>
    /// <param name="offsets">Where each lane begins; 16 of them.</param>
    /// <param name="destination">First element of the destination.</param>
    /// <param name="destinationStep">Elements from one k to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Square16(float* source, int* offsets, float* destination, nint destinationStep)
    {
        Vector512<float> r0 = Vector512.Load(source + offsets[0]);
        Vector512<float> r1 = Vector512.Load(source + offsets[1]);
        Vector512<float> r2 = Vector512.Load(source + offsets[2]);
        Vector512<float> r3 = Vector512.Load(source + offsets[3]);
        Vector512<float> r4 = Vector512.Load(source + offsets[4]);
        Vector512<float> r5 = Vector512.Load(source + offsets[5]);
        Vector512<float> r6 = Vector512.Load(source + offsets[6]);
        Vector512<float> r7 = Vector512.Load(source + offsets[7]);
        Vector512<float> r8 = Vector512.Load(source + offsets[8]);
        Vector512<float> r9 = Vector512.Load(source + offsets[9]);
        Vector512<float> r10 = Vector512.Load(source + offsets[10]);
        Vector512<float> r11 = Vector512.Load(source + offsets[11]);
        Vector512<float> r12 = Vector512.Load(source + offsets[12]);
        Vector512<float> r13 = Vector512.Load(source + offsets[13]);
        Vector512<float> r14 = Vector512.Load(source + offsets[14]);
        Vector512<float> r15 = Vector512.Load(source + offsets[15]);

        // Pairs of rows, then fours: after these, a lane of 128 bits holds one column of four rows.
        (r0, r1, r2, r3) = Fours(r0, r1, r2, r3);
        (r4, r5, r6, r7) = Fours(r4, r5, r6, r7);
        (r8, r9, r10, r11) = Fours(r8, r9, r10, r11);
        (r12, r13, r14, r15) = Fours(r12, r13, r14, r15);

        // Column 4 l + c of rows q .. q + 3 is lane l of r[q + c]: the lanes are transposed for each c.
        Lanes(r0, r4, r8, r12, destination + (0 * destinationStep), 4 * destinationStep, false);
        Lanes(r1, r5, r9, r13, destination + (1 * destinationStep), 4 * destinationStep, false);
        Lanes(r2, r6, r10, r14, destination + (2 * destinationStep), 4 * destinationStep, false);
        Lanes(r3, r7, r11, r15, destination + (3 * destinationStep), 4 * destinationStep, false);
    }

    /// <summary>The same for 4 lanes and 4 k.</summary>
    /// <param name="source">First element.</param>
    /// <param name="step">Elements from one lane to the next.</param>
    /// <param name="lanes">Valid lanes, 1 to 4.</param>
    /// <param name="destination">First element of the destination.</param>
    /// <param name="destinationStep">Elements from one k to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Square4(float* source, nint step, int lanes, float* destination, nint destinationStep)
    {
        nint last = lanes - 1;
        Vector128<float> r0 = Vector128.Load(source);
        Vector128<float> r1 = Vector128.Load(source + (Math.Min(1, last) * step));
        Vector128<float> r2 = Vector128.Load(source + (Math.Min(2, last) * step));
        Vector128<float> r3 = Vector128.Load(source + (Math.Min(3, last) * step));
        Store4(r0, r1, r2, r3, destination, destinationStep);
    }

    /// <summary>The same for 4 lanes that begin at offsets of their own, and 4 k.</summary>
    /// <param name="source">First element.</param>
    /// <param name="offsets">Where each lane begins; 4 of them.</param>
    /// <param name="destination">First element of the destination.</param>
    /// <param name="destinationStep">Elements from one k to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Square4(float* source, int* offsets, float* destination, nint destinationStep) => Store4(
        Vector128.Load(source + offsets[0]),
        Vector128.Load(source + offsets[1]),
        Vector128.Load(source + offsets[2]),
        Vector128.Load(source + offsets[3]),
        destination,
        destinationStep);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store4(
        Vector128<float> r0, Vector128<float> r1, Vector128<float> r2, Vector128<float> r3, float* destination, nint destinationStep)
    {
        if (Sse.IsSupported)
        {
            Vector128<float> t0 = Sse.UnpackLow(r0, r1);
            Vector128<float> t1 = Sse.UnpackLow(r2, r3);
            Vector128<float> t2 = Sse.UnpackHigh(r0, r1);
            Vector128<float> t3 = Sse.UnpackHigh(r2, r3);
            Vector128.Store(Sse.MoveLowToHigh(t0, t1), destination);
            Vector128.Store(Sse.MoveHighToLow(t1, t0), destination + destinationStep);
            Vector128.Store(Sse.MoveLowToHigh(t2, t3), destination + (2 * destinationStep));
            Vector128.Store(Sse.MoveHighToLow(t3, t2), destination + (3 * destinationStep));
            return;
        }

        for (int k = 0; k < 4; k++)
        {
            Vector128.Store(Vector128.Create(r0[k], r1[k], r2[k], r3[k]), destination + (k * destinationStep));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float> C0, Vector512<float> C1, Vector512<float> C2, Vector512<float> C3) Fours(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        Vector512<double> abLow = Avx512F.UnpackLow(a, b).AsDouble();
        Vector512<double> abHigh = Avx512F.UnpackHigh(a, b).AsDouble();
        Vector512<double> cdLow = Avx512F.UnpackLow(c, d).AsDouble();
        Vector512<double> cdHigh = Avx512F.UnpackHigh(c, d).AsDouble();
        return (
            Avx512F.UnpackLow(abLow, cdLow).AsSingle(),
            Avx512F.UnpackHigh(abLow, cdLow).AsSingle(),
            Avx512F.UnpackLow(abHigh, cdHigh).AsSingle(),
            Avx512F.UnpackHigh(abHigh, cdHigh).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lanes(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* destination, nint destinationStep, bool twelve)
    {
        Vector512<float> ab01 = Avx512F.Shuffle4x128(a, b, 0x44);
        Vector512<float> ab23 = Avx512F.Shuffle4x128(a, b, 0xEE);
        Vector512<float> cd01 = Avx512F.Shuffle4x128(c, d, 0x44);
        Vector512<float> cd23 = Avx512F.Shuffle4x128(c, d, 0xEE);
        Put(Avx512F.Shuffle4x128(ab01, cd01, 0x88), destination, twelve);
        Put(Avx512F.Shuffle4x128(ab01, cd01, 0xDD), destination + destinationStep, twelve);
        Put(Avx512F.Shuffle4x128(ab23, cd23, 0x88), destination + (2 * destinationStep), twelve);
        Put(Avx512F.Shuffle4x128(ab23, cd23, 0xDD), destination + (3 * destinationStep), twelve);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector512<float> value, float* destination, bool twelve)
    {
        if (twelve)
        {
            Vector256.Store(value.GetLower(), destination);
            Vector128.Store(Avx512F.ExtractVector128(value, 2), destination + 8);
        }
        else
        {
            Vector512.Store(value, destination);
        }
    }
}
