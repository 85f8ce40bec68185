using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>A matrix product as a job: each part is one rectangle of C with all of its k.</summary>
internal unsafe struct ProductJob : ITeamJob
{
    /// <summary>Rows of A per panel from which B is worth packing: fewer passes over it are made in place.</summary>
    private const int PackColumnsFromRows = 48;

    /// <summary>Columns of B from which A is worth packing.</summary>
    private const int PackRowsFromColumns = 128;

    /// <summary>op(A): element (i, k) is A[i * ARowStep + k * ADepthStep].</summary>
    public float* A;

    /// <summary>Elements between two rows of op(A).</summary>
    public nint ARowStep;

    /// <summary>Elements between two columns of op(A).</summary>
    public nint ADepthStep;

    /// <summary>op(B): element (k, j) is B[k * BDepthStep + j * BColumnStep].</summary>
    public float* B;

    /// <summary>Elements between two rows of op(B).</summary>
    public nint BDepthStep;

    /// <summary>Elements between two columns of op(B).</summary>
    public nint BColumnStep;

    /// <summary>Where the result goes.</summary>
    public MatrixTarget Target;

    /// <summary>Rows of C.</summary>
    public int Rows;

    /// <summary>Columns of C.</summary>
    public int Columns;

    /// <summary>Number of k.</summary>
    public int Depth;

    /// <summary>Parts along the columns.</summary>
    public int GridColumns;

    /// <summary>Rows of a part, a multiple of the panel's.</summary>
    public int PartRows;

    /// <summary>Columns of a part, a multiple of the sliver's.</summary>
    public int PartColumns;

    /// <summary>Register width.</summary>
    public VectorWidth Width;

    /// <summary>The team, for its scratch memory: its first worker's, followed by the others'.</summary>
    public byte* Scratch;

    /// <inheritdoc/>
    public readonly void Invoke(int part, int worker)
    {
        byte* scratch = Scratch + ((nint)worker * WorkerTeam.ScratchBytes);
        switch (Width)
        {
            case VectorWidth.Vector512:
                Part<Simd512, Vector512<float>>(part, (float*)scratch);
                break;
            case VectorWidth.Vector256:
                Part<Simd256, Vector256<float>>(part, (float*)scratch);
                break;
            default:
                Part<Simd128, Vector128<float>>(part, (float*)scratch);
                break;
        }
    }

    /// <remarks>A sliver of B is packed, multiplied with all rows of A while it lies in the first-level cache, and forgotten.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Part<TSimd, TVector>(int part, float* scratch)
        where TSimd : struct, ISimd<TVector>
        where TVector : struct
    {
        int row = part / GridColumns * PartRows;
        int column = part % GridColumns * PartColumns;
        int rows = Math.Min(PartRows, Rows - row);
        int columns = Math.Min(PartColumns, Columns - column);
        if (rows <= 0 || columns <= 0)
        {
            return;
        }

        int height = TSimd.TileRows;
        int width = 2 * TSimd.Count;
        float* tile = scratch;
        float* sliver = tile + TileProduct.TileElements;
        float* panels = sliver + ProductPlan.SliverElements;
        bool packA = columns >= PackRowsFromColumns;
        bool packB = BColumnStep != 1 || rows >= PackColumnsFromRows;
        int inPlace = packB ? 0 : columns - (columns % width);
        int maxRows = packA ? ProductPlan.RowChunk(rows, height) : rows;
        int block = ProductPlan.DepthBlock(Depth);
        MatrixTarget target = Target;
        for (int k = 0; k < Depth; k += block)
        {
            int depth = Math.Min(block, Depth - k);
            target.First = k == 0;
            target.Last = k + depth == Depth;
            float* b = B + (k * BDepthStep) + (column * BColumnStep);
            for (int i = 0; i < rows; i += maxRows)
            {
                int high = Math.Min(maxRows, rows - i);
                float* a = A + ((row + i) * ARowStep) + (k * ADepthStep);
                nint rowStep = ARowStep;
                nint depthStep = ADepthStep;
                nint panelStep = height * ARowStep;
                if (packA)
                {
                    rowStep = 1;
                    depthStep = height;
                    panelStep = (nint)height * depth;
                    for (int p = 0; p < high; p += height)
                    {
                        float* panel = panels + ((nint)p * depth);
                        PanelPacking.Pack(a + (p * ARowStep), ARowStep, ADepthStep, Math.Min(height, high - p), depth, panel, height);
                    }

                    a = panels;
                }

                TileProduct.Multiply<TSimd, TVector, MatrixTarget>(
                    ref target, row + i, high, column, inPlace, depth, a, rowStep, depthStep, panelStep, b, BDepthStep, width, tile);
                for (int s = inPlace; s < columns; s += width)
                {
                    int lanes = Math.Min(width, columns - s);
                    PanelPacking.Pack(b + (s * BColumnStep), BColumnStep, BDepthStep, lanes, depth, sliver, width);
                    if (BColumnStep == 1 && s + width < columns)
                    {
                        PanelPacking.Prefetch(b + s + width, BDepthStep, Math.Min(width, columns - s - width), depth);
                    }

                    TileProduct.Multiply<TSimd, TVector, MatrixTarget>(
                        ref target, row + i, high, column + s, lanes, depth, a, rowStep, depthStep, panelStep, sliver, width, 0, tile);
                }
            }
        }
    }
}
