using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Copies of the rows of an image into a <see cref="PaddedTile"/>: short ones, so that what surrounds them counts. Nothing beyond a row is
/// read or written.</summary>
internal static unsafe class RowCopies
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear(float* row, int count)
    {
        int i = 0;
        for (; i <= count - 4; i += 4)
        {
            Vector128.Store(Vector128<float>.Zero, row + i);
        }

        for (; i < count; i++)
        {
            row[i] = 0f;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(float* source, float* row, int count)
    {
        int i = 0;
        for (; i <= count - 16; i += 16)
        {
            Vector512.Store(Vector512.Load(source + i), row + i);
        }

        if (i <= count - 8)
        {
            Vector256.Store(Vector256.Load(source + i), row + i);
            i += 8;
        }

        if (i <= count - 4)
        {
            Vector128.Store(Vector128.Load(source + i), row + i);
            i += 4;
        }

        for (; i < count; i++)
        {
            row[i] = source[i];
        }
    }

    /// <summary>Every second element. Vectors begin one element before an odd one, so that none reaches beyond an even row's end.</summary>
    /// <param name="source">The first element.</param>
    /// <param name="odd">1 if an element of the row lies before it, to begin with; else 0.</param>
    /// <param name="room">Elements of the row from the first one on.</param>
    /// <param name="row">Receives the elements.</param>
    /// <param name="count">Number of elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopySecond(float* source, int odd, int room, float* row, int count)
    {
        float* pairs = source - odd;
        room += odd;
        int i = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<int> seconds = (Vector512<int>.Indices * 2) + Vector512.Create(odd);
            for (; i <= count - 16 && (2 * i) + 32 <= room; i += 16)
            {
                Vector512<float> left = Vector512.Load(pairs + (2 * i));
                Vector512.Store(Avx512F.PermuteVar16x32x2(left, seconds, Vector512.Load(pairs + (2 * i) + 16)), row + i);
            }
        }

        if (Sse.IsSupported)
        {
            for (; i <= count - 4 && (2 * i) + 8 <= room; i += 4)
            {
                Vector128<float> left = Vector128.Load(pairs + (2 * i));
                Vector128<float> right = Vector128.Load(pairs + (2 * i) + 4);
                Vector128.Store(odd == 0 ? Sse.Shuffle(left, right, 0x88) : Sse.Shuffle(left, right, 0xDD), row + i);
            }
        }

        for (; i < count; i++)
        {
            row[i] = source[2 * i];
        }
    }

    /// <summary>The elements of even and of odd columns, read once for both.</summary>
    /// <param name="source">The row, of at least 2 * <paramref name="evens"/> - 1 and 2 * <paramref name="odds"/> elements.</param>
    /// <param name="even">Receives elements 0, 2, ...</param>
    /// <param name="evens">How many.</param>
    /// <param name="odd">Receives elements 1, 3, ...</param>
    /// <param name="odds">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(float* source, float* even, int evens, float* odd, int odds)
    {
        int both = Math.Min(evens, odds);
        int i = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<int> seconds = Vector512<int>.Indices * 2;
            for (; i <= both - 16; i += 16)
            {
                Vector512<float> left = Vector512.Load(source + (2 * i)), right = Vector512.Load(source + (2 * i) + 16);
                Vector512.Store(Avx512F.PermuteVar16x32x2(left, seconds, right), even + i);
                Vector512.Store(Avx512F.PermuteVar16x32x2(left, seconds + Vector512<int>.One, right), odd + i);
            }

            if (i <= both - 8)
            {
                Vector512<int> halves = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
                Vector512<float> parts = Avx512F.PermuteVar16x32(Vector512.Load(source + (2 * i)), halves);
                Vector256.Store(parts.GetLower(), even + i);
                Vector256.Store(parts.GetUpper(), odd + i);
                i += 8;
            }
        }

        if (Sse.IsSupported)
        {
            for (; i <= both - 4; i += 4)
            {
                Vector128<float> left = Vector128.Load(source + (2 * i)), right = Vector128.Load(source + (2 * i) + 4);
                Vector128.Store(Sse.Shuffle(left, right, 0x88), even + i);
                Vector128.Store(Sse.Shuffle(left, right, 0xDD), odd + i);
            }
        }

        for (int j = i; j < evens; j++)
        {
            even[j] = source[2 * j];
        }

        for (int j = i; j < odds; j++)
        {
            odd[j] = source[(2 * j) + 1];
        }
    }
}
