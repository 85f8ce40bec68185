using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Copies between planes of pixels, one for each channel, and rows of channels, one for each pixel.</summary>
internal static unsafe class ChannelsLast
{
    /// <summary>to[column * toStep + row] = from[row * fromStep + column].</summary>
    /// <param name="from">First element.</param>
    /// <param name="fromStep">Elements from one row to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="to">First element of the transpose.</param>
    /// <param name="toStep">Elements from one row of the transpose to the next.</param>
    /// <remarks>The last squares overlap those before them, so that nothing outside is read or written.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transposed(float* from, nint fromStep, int rows, int columns, float* to, nint toStep)
    {
        int side = Avx512F.IsSupported && rows >= 16 && columns >= 16 ? 16 : 4;
        if (rows < side || columns < side)
        {
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    to[(column * toStep) + row] = from[(row * fromStep) + column];
                }
            }

            return;
        }

        for (int r = 0; r < rows; r += side)
        {
            int row = Math.Min(r, rows - side);
            for (int c = 0; c < columns; c += side)
            {
                int column = Math.Min(c, columns - side);
                float* source = from + (row * fromStep) + column;
                float* target = to + (column * toStep) + row;
                if (side == 16)
                {
                    Transpose.Square16(source, fromStep, 16, target, toStep, false);
                }
                else
                {
                    Transpose.Square4(source, fromStep, 4, target, toStep);
                }
            }
        }
    }
}
