using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sam.Native.Cpu;

/// <summary>Walks the register tiles of one block of a product: A in panels of rows, B in slivers of columns.</summary>
internal static unsafe class TileProduct
{
    /// <summary>Elements from one row of a tile in memory to the next.</summary>
    public const int TileStep = 32;

    /// <summary>Length of the chains from which the tile of C is asked for before they begin: shorter ones do not pay for it.</summary>
    private const int PrefetchFromDepth = 128;

    /// <summary>Elements of a tile in memory: 12 rows.</summary>
    public const int TileElements = 12 * TileStep;

    /// <summary>Adds one block of k to a target.</summary>
    /// <param name="target">Receives the tiles; rows and columns are counted from <paramref name="row"/> and <paramref name="column"/>.</param>
    /// <param name="row">Row of the target for the first row of A.</param>
    /// <param name="rows">Rows of A.</param>
    /// <param name="column">Column of the target for the first column of B.</param>
    /// <param name="columns">Columns of B.</param>
    /// <param name="depth">Elements of k in this block.</param>
    /// <param name="a">A: panel p begins at a + p * aPanelStep, element (r, k) in it at r * aRowStep + k * aDepthStep.</param>
    /// <param name="aRowStep">Elements between two rows of a panel.</param>
    /// <param name="aDepthStep">Elements between two k of a panel.</param>
    /// <param name="aPanelStep">Elements between two panels.</param>
    /// <param name="b">B: sliver s begins at b + s * bSliverStep, row k of it at k * bStep; every sliver can be read in full.</param>
    /// <param name="bStep">Elements between two k of a sliver.</param>
    /// <param name="bSliverStep">Elements between two slivers.</param>
    /// <param name="tile">Room for <see cref="TileElements"/> elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TSimd, TVector, TTarget>(
        ref TTarget target,
        int row,
        int rows,
        int column,
        int columns,
        nint depth,
        float* a,
        nint aRowStep,
        nint aDepthStep,
        nint aPanelStep,
        float* b,
        nint bStep,
        nint bSliverStep,
        float* tile)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
        where TTarget : struct, ITileTarget
    {
        int width = 2 * TSimd.Count;
        int height = TSimd.TileRows;
        for (int j = 0; j < columns; j += width, b += bSliverStep)
        {
            int valid = Math.Min(width, columns - j);
            float* panel = a;
            bool narrow = valid <= TSimd.Count;
            int tall = rows / height * height;

            // 16 rows are two tiles of 8 rather than 12 and 4, where panels are not packed apart.
            if (height == 12 && rows - tall == 4 && tall > 0 && !narrow && aPanelStep == height * aRowStep) tall -= height;
            int i = 0;
            for (; i < tall; i += height, panel += aPanelStep)
            {
                bool direct = target.TryDirect(row + i, column + j, valid, out float* c, out nint step, out bool add) & valid == width;
                if (!direct)
                {
                    c = tile;
                    step = TileStep;
                    add = false;
                }
                else if (depth >= PrefetchFromDepth)
                {
                    Prefetch(c, step, height);
                }

                if (narrow)
                {
                    Tall1<TSimd, TVector>(depth, panel, aRowStep, aDepthStep, b, bStep, c, step, add);
                }
                else
                {
                    Tall2<TSimd, TVector>(depth, panel, aRowStep, aDepthStep, b, bStep, c, step, add);
                }

                if (!direct)
                {
                    target.Finish<TSimd, TVector>(tile, row + i, column + j, height, valid);
                }
            }

            while (i < rows)
            {
                int left = rows - i;
                int count = height == 12 && left >= 8 && !narrow ? 8 : Math.Min(4, left);
                bool direct = target.TryDirect(row + i, column + j, valid, out float* c, out nint step, out bool add)
                    & valid == width & (count is 4 or 8);
                if (!direct)
                {
                    c = tile;
                    step = TileStep;
                    add = false;
                }

                if (count == 8)
                {
                    TileKernels.Tile8x2<TSimd, TVector>(depth, panel, aRowStep, aDepthStep, b, bStep, c, step, add);
                }
                else if (narrow)
                {
                    TileKernels.Tile4x1<TSimd, TVector>(depth, panel, aRowStep, aDepthStep, b, bStep, c, step, add, count);
                }
                else
                {
                    TileKernels.Tile4x2<TSimd, TVector>(depth, panel, aRowStep, aDepthStep, b, bStep, c, step, add, count);
                }

                if (!direct)
                {
                    target.Finish<TSimd, TVector>(tile, row + i, column + j, count, valid);
                }

                i += count;
                panel += count * aRowStep;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* c, nint step, int rows)
    {
        if (Sse.IsSupported)
        {
            for (int row = 0; row < rows; row++, c += step)
            {
                Sse.Prefetch0(c);
                Sse.Prefetch0(c + 16);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tall2<TSimd, TVector>(nint k, float* a, nint rowStep, nint depthStep, float* b, nint bStep, float* c, nint cStep, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        if (TSimd.TileRows == 12)
        {
            TileKernels.Tile12x2<TSimd, TVector>(k, a, rowStep, depthStep, b, bStep, c, cStep, add);
        }
        else
        {
            TileKernels.Tile6x2<TSimd, TVector>(k, a, rowStep, depthStep, b, bStep, c, cStep, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tall1<TSimd, TVector>(nint k, float* a, nint rowStep, nint depthStep, float* b, nint bStep, float* c, nint cStep, bool add)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        if (TSimd.TileRows == 12)
        {
            TileKernels.Tile12x1<TSimd, TVector>(k, a, rowStep, depthStep, b, bStep, c, cStep, add);
        }
        else
        {
            TileKernels.Tile6x1<TSimd, TVector>(k, a, rowStep, depthStep, b, bStep, c, cStep, add);
        }
    }
}
