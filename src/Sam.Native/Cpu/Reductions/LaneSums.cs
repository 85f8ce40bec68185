namespace Sam.Native.Cpu;

/// <summary>Sums over floats in 32 lanes: element i is added to lane i mod 32 in ascending order, lanes l and l + 16 are added, then lane i and
/// i + 8, i + 4, i + 2, and the last two.</summary>
internal static unsafe class LaneSums
{
    /// <summary>Number of lanes.</summary>
    public const int Count = 32;

    private const int BlockCount = 2048;

    /// <summary>Sum of squares.</summary>
    /// <typeparam name="TD">The registers.</typeparam>
    /// <param name="p">The floats.</param>
    /// <param name="count">How many.</param>
    /// <returns>The sum.</returns>
    public static double Squares<TD>(float* p, nint count)
        where TD : unmanaged, IDoubles<TD>
    {
        double* lanes = stackalloc double[Count];
        new Span<double>(lanes, Count).Clear();
        nint whole = count & -Count;
        TD.AddSquares(lanes, p, whole);
        if (whole < count)
        {
            float* tail = stackalloc float[Count];
            Pad(p + whole, (int)(count - whole), tail);
            TD.AddSquares(lanes, tail, Count);
        }

        return Fold(lanes);
    }

    /// <summary>Sum of magnitudes, and of squares beside it.</summary>
    /// <typeparam name="TD">The registers.</typeparam>
    /// <param name="p">The floats.</param>
    /// <param name="count">How many.</param>
    /// <param name="squares">The sum of squares.</param>
    /// <returns>The sum of magnitudes.</returns>
    public static double Magnitudes<TD>(float* p, nint count, out double squares)
        where TD : unmanaged, IDoubles<TD>
    {
        double* lanes = stackalloc double[2 * Count];
        new Span<double>(lanes, 2 * Count).Clear();
        nint whole = count & -Count;
        for (nint start = 0; start < whole; start += BlockCount)
        {
            // The second reading of a block comes from the first cache.
            nint block = nint.Min(BlockCount, whole - start);
            TD.AddSquares(lanes, p + start, block);
            TD.AddMagnitudes(lanes + Count, p + start, block);
        }

        if (whole < count)
        {
            float* tail = stackalloc float[Count];
            Pad(p + whole, (int)(count - whole), tail);
            TD.AddSquares(lanes, tail, Count);
            TD.AddMagnitudes(lanes + Count, tail, Count);
        }

        squares = Fold(lanes);
        return Fold(lanes + Count);
    }

    /// <summary>Copies the last elements, with zeros behind them to 32.</summary>
    /// <param name="p">The floats.</param>
    /// <param name="count">0 to 32.</param>
    /// <param name="buffer">32 floats.</param>
    public static void Pad(float* p, int count, float* buffer)
    {
        for (int j = 0; j < Count; j++) buffer[j] = j < count ? p[j] : 0f;
    }

    /// <summary>Adds the lanes up.</summary>
    /// <param name="lanes">32 sums, overwritten.</param>
    /// <returns>The sum.</returns>
    public static double Fold(double* lanes)
    {
        for (int width = Count / 2; width >= 1; width >>= 1)
        {
            for (int i = 0; i < width; i++) lanes[i] += lanes[i + width];
        }

        return lanes[0];
    }
}
