using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sam.Native.Cpu;

/// <summary>The single-precision matrix product C = epilogue(alpha op(A) op(B) + beta C).</summary>
/// <remarks>
/// <para>Order of the sums: k is cut into blocks of <see cref="ProductPlan.DepthBlock"/> elements, a function of k alone. In a block an
/// element of C is one chain of fused multiply-adds over k ascending, begun at 0. The first block's sum S gives t = alpha S for beta = 0,
/// else fma(alpha, S, beta C); each later one fma(alpha, S, t). Every path keeps to this (operands in place or packed, any register tile
/// and width, any cut of C into parts, any number of threads), so all give the same bits, the payload of NaNs apart.</para>
/// <para>beta = 0 never reads C. For alpha = 0 or k = 0 neither A nor B is read and the result is epilogue(beta C).</para>
/// <para>Nothing outside the matrices is read: short rows are copied to scratch memory first. C may not overlap A or B.</para>
/// </remarks>
internal static unsafe class MatrixProduct
{
    /// <summary>Multiplies.</summary>
    /// <param name="team">The threads that share the work; small products are done by the caller alone.</param>
    /// <param name="transposeA">Whether A is stored as (k, m).</param>
    /// <param name="transposeB">Whether B is stored as (n, k).</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Columns of op(A) and rows of op(B).</param>
    /// <param name="alpha">Factor of the product.</param>
    /// <param name="a">A, row-major: (m, k), or (k, m) if transposed.</param>
    /// <param name="lda">Elements from one row of A to the next.</param>
    /// <param name="b">B, row-major: (k, n), or (n, k) if transposed.</param>
    /// <param name="ldb">Elements from one row of B to the next.</param>
    /// <param name="beta">Factor of the old C.</param>
    /// <param name="c">C, row-major: (m, n).</param>
    /// <param name="ldc">Elements from one row of C to the next.</param>
    /// <param name="epilogue">What is done to each element at the end.</param>
    /// <exception cref="ArgumentException">A size is negative, a row longer than its stride, or a pointer null where it is used.</exception>
    public static void Multiply(
        WorkerTeam team,
        bool transposeA,
        bool transposeB,
        int m,
        int n,
        int k,
        float alpha,
        float* a,
        int lda,
        float* b,
        int ldb,
        float beta,
        float* c,
        int ldc,
        in ProductEpilogue epilogue = default) =>
        Multiply(team, VectorWidths.Best, transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, epilogue);

    /// <summary>Multiplies in a given register width.</summary>
    /// <inheritdoc cref="Multiply(WorkerTeam, bool, bool, int, int, int, float, float*, int, float*, int, float, float*, int, in ProductEpilogue)"/>
    internal static void Multiply(
        WorkerTeam team,
        VectorWidth width,
        bool transposeA,
        bool transposeB,
        int m,
        int n,
        int k,
        float alpha,
        float* a,
        int lda,
        float* b,
        int ldb,
        float beta,
        float* c,
        int ldc,
        in ProductEpilogue epilogue)
    {
        ArgumentNullException.ThrowIfNull(team);
        ArgumentOutOfRangeException.ThrowIfNegative(m);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        if (m == 0 || n == 0)
        {
            return;
        }

        CheckMatrix(c, m, n, ldc, nameof(c), nameof(ldc));
        CheckEpilogue(epilogue, n);
        ProductJob job = new()
        {
            Target = new MatrixTarget { C = c, Step = ldc, Epilogue = epilogue, Alpha = alpha, Beta = beta, First = true, Last = true },
            Rows = m,
            Columns = n,
            Depth = k,
            Width = width,
            GridColumns = 1,
            PartRows = m,
            PartColumns = n,
            Scratch = team.Scratch(0),
        };
        if (k == 0 || alpha == 0)
        {
            ScaleJob scale = new() { Target = job.Target, Rows = m, Columns = n };
            team.Run(1, ref scale);
            return;
        }

        CheckMatrix(a, transposeA ? k : m, transposeA ? m : k, lda, nameof(a), nameof(lda));
        CheckMatrix(b, transposeB ? n : k, transposeB ? k : n, ldb, nameof(b), nameof(ldb));
        job.A = a;
        job.ARowStep = transposeA ? 1 : lda;
        job.ADepthStep = transposeA ? lda : 1;
        job.B = b;
        job.BDepthStep = transposeB ? 1 : ldb;
        job.BColumnStep = transposeB ? ldb : 1;
        int parts = 1;
        if (team.Threads > 1 && (long)m * n * k >= ProductPlan.ParallelThreshold)
        {
            (int panelRows, int sliverColumns) = TileSize(width);
            int panels = (m + panelRows - 1) / panelRows;
            int slivers = (n + sliverColumns - 1) / sliverColumns;
            (int gridRows, int gridColumns) = ProductPlan.Grid(panels, slivers, team.Threads);
            job.PartRows = (panels + gridRows - 1) / gridRows * panelRows;
            job.PartColumns = (slivers + gridColumns - 1) / gridColumns * sliverColumns;
            job.GridColumns = gridColumns;
            parts = gridRows * gridColumns;
        }

        team.Run(parts, ref job);
    }

    /// <summary>Rows and columns of the register tile of a width.</summary>
    internal static (int Rows, int Columns) TileSize(VectorWidth width) => width switch
    {
        VectorWidth.Vector512 => (Simd512.TileRows, 2 * Simd512.Count),
        VectorWidth.Vector256 => (Simd256.TileRows, 2 * Simd256.Count),
        _ => (Simd128.TileRows, 2 * Simd128.Count),
    };

    private static void CheckMatrix(float* matrix, int rows, int columns, int stride, string name, string strideName)
    {
        if (matrix is null)
        {
            throw new ArgumentNullException(name);
        }

        if (rows > 1 && stride < columns)
        {
            throw new ArgumentOutOfRangeException(strideName, stride, $"The stride is below the row length: expected at least {columns}.");
        }
    }

    private static void CheckEpilogue(in ProductEpilogue epilogue, int columns)
    {
        switch (epilogue.Kind)
        {
            case Epilogue.Bias or Epilogue.BiasRelu or Epilogue.BiasRow or Epilogue.BiasRowRelu when epilogue.Bias is null:
                throw new ArgumentException($"The epilogue {epilogue.Kind} needs a bias; it has none.", nameof(epilogue));
            case Epilogue.ReluMask when epilogue.Mask is null || epilogue.MaskStride < columns:
                throw new ArgumentException(
                    $"The epilogue ReluMask needs a mask with a stride of at least {columns}; the stride is {epilogue.MaskStride}.",
                    nameof(epilogue));
        }
    }

    /// <summary>The result where there is no product: epilogue(beta C).</summary>
    private struct ScaleJob : ITeamJob
    {
        public MatrixTarget Target;
        public int Rows;
        public int Columns;

        [SkipLocalsInit]
        public void Invoke(int part, int worker)
        {
            float* tile = stackalloc float[TileProduct.TileStep];
            new Span<float>(tile, TileProduct.TileStep).Clear();
            Target.Alpha = 0;
            for (int row = 0; row < Rows; row++)
            {
                for (int column = 0; column < Columns; column += TileProduct.TileStep)
                {
                    int columns = Math.Min(TileProduct.TileStep, Columns - column);
                    Target.Finish<Simd128, Vector128<float>>(tile, row, column, 1, columns);
                }
            }
        }
    }
}
