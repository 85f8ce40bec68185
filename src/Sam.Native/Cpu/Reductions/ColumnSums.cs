using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Sums down the columns of a matrix: the bias gradient of a linear layer.</summary>
/// <remarks>
/// sums[j] (+)= sum_i dy[i, j]. Order: rows are added in ascending order within blocks of 64, the blocks' sums in ascending order, in
/// float; what was there before is added last. Columns are independent, rows are never split, so the bits depend on neither threads
/// nor width. NaN and infinity pass.
/// </remarks>
internal static unsafe class ColumnSums
{
    private const int RowBlock = 64;
    private const int PartColumns = 64;

    /// <summary>Sums the columns.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="rows">Rows; none gives zeros.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="matrix">dy, (rows, columns), row-major.</param>
    /// <param name="sums">(columns).</param>
    /// <param name="accumulate">Adds to the sums instead of overwriting them.</param>
    public static void Run(WorkerTeam? team, int rows, int columns, float* matrix, float* sums, bool accumulate)
    {
        Job job = new() { Rows = rows, Columns = columns, Matrix = matrix, Sums = sums, Accumulate = accumulate, Width = Simd.Width };
        int parts = (columns + PartColumns - 1) / PartColumns;
        if ((long)rows * columns <= TeamExtensions.ChunkCount) team = null;
        team.Dispatch(parts, ref job);
    }

    private struct Job : ITeamJob
    {
        public int Rows;
        public int Columns;
        public float* Matrix;
        public float* Sums;
        public bool Accumulate;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            switch (Width)
            {
                case VectorWidth.Vector512: Part<Lanes512>(part * PartColumns); break;
                case VectorWidth.Vector256: Part<Lanes256>(part * PartColumns); break;
                default: Part<Lanes128>(part * PartColumns); break;
            }
        }

        private readonly void Part<TV>(int first)
            where TV : unmanaged, ILanes<TV>
        {
            int columns = Math.Min(PartColumns, Columns - first);
            if (columns == PartColumns)
            {
                Wide<TV>(first);
                return;
            }

            for (int j = first; j < first + columns; j += 16) Narrow<TV>(j, Math.Min(16, first + columns - j));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Wide<TV>(int first)
            where TV : unmanaged, ILanes<TV>
        {
            TV zero = TV.Splat(0f);
            TV s0 = zero, s1 = zero, s2 = zero, s3 = zero;
            for (int block = 0; block < Rows; block += RowBlock)
            {
                TV b0 = zero, b1 = zero, b2 = zero, b3 = zero;
                int last = Math.Min(block + RowBlock, Rows);
                for (int i = block; i < last; i++)
                {
                    float* row = Matrix + ((long)i * Columns) + first;
                    b0 += TV.Load(row);
                    b1 += TV.Load(row + 16);
                    b2 += TV.Load(row + 32);
                    b3 += TV.Load(row + 48);
                }

                s0 += b0;
                s1 += b1;
                s2 += b2;
                s3 += b3;
            }

            Finish(s0, first, 16);
            Finish(s1, first + 16, 16);
            Finish(s2, first + 32, 16);
            Finish(s3, first + 48, 16);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Narrow<TV>(int first, int count)
            where TV : unmanaged, ILanes<TV>
        {
            TV sum = TV.Splat(0f);
            for (int block = 0; block < Rows; block += RowBlock)
            {
                TV part = TV.Splat(0f);
                int last = Math.Min(block + RowBlock, Rows);
                for (int i = block; i < last; i++) part += TV.LoadPartial(Matrix + ((long)i * Columns) + first, count);
                sum += part;
            }

            Finish(sum, first, count);
        }

        private readonly void Finish<TV>(TV sum, int first, int count)
            where TV : unmanaged, ILanes<TV>
        {
            if (Accumulate) sum = TV.LoadPartial(Sums + first, count) + sum;
            sum.StorePartial(Sums + first, count);
        }
    }
}
