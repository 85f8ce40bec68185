using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Inner products of one or two arrays over the pieces, by tensor.</summary>
/// <remarks>Order: element i of a piece is added to virtual lane i mod 32 in ascending order, lanes l and l + 16 are added, then the tree
/// of
/// <see cref="IDoubles{TSelf}.Sum"/>; the pieces' sums are added in ascending order. It depends on the table alone.</remarks>
internal static unsafe class ArenaProducts
{
    private const int Stride = 4;

    /// <summary>sum a^2, sum a b, sum b^2 for each tensor.</summary>
    /// <param name="team">The team.</param>
    /// <param name="pieces">Where to work.</param>
    /// <param name="a">First array.</param>
    /// <param name="b">Second array, or null.</param>
    /// <param name="result">Three doubles for each tensor.</param>
    public static void Run(WorkerTeam team, in ArenaPieces pieces, float* a, float* b, double* result)
    {
        Job job = new() { Pieces = pieces.Pieces.ToPointer(), A = a, B = b, Partials = pieces.Partials.ToPointer(), Width = Simd.Width };
        PieceLoop.Run(team, pieces, ref job);
        new Span<double>(result, 3 * pieces.TensorCount).Clear();
        for (int i = 0; i < pieces.Count; i++)
        {
            double* sums = result + (3 * job.Pieces[i].Tensor);
            for (int k = 0; k < 3; k++) sums[k] += job.Partials[(Stride * i) + k];
        }
    }

    private struct Job : ITeamJob
    {
        public ArenaPiece* Pieces;
        public float* A;
        public float* B;
        public double* Partials;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            switch (Width)
            {
                case VectorWidth.Vector512: Choose<Doubles512>(part); break;
                case VectorWidth.Vector256: Choose<Doubles256>(part); break;
                default: Choose<Doubles128>(part); break;
            }
        }

        private readonly void Choose<TD>(int part)
            where TD : unmanaged, IDoubles<TD>
        {
            ArenaPiece piece = Pieces[part];
            double* sums = Partials + (Stride * part);
            if (B != null)
            {
                Pair<TD>(A + piece.Offset, B + piece.Offset, piece.Count, sums);
                return;
            }

            sums[0] = LaneSums.Squares<TD>(A + piece.Offset, piece.Count);
            sums[1] = 0;
            sums[2] = 0;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Pair<TD>(float* a, float* b, nint count, double* sums)
            where TD : unmanaged, IDoubles<TD>
        {
            TD aa = default, ab = default, bb = default, aaOdd = default, abOdd = default, bbOdd = default;
            float* tail = stackalloc float[64];
            for (nint i = 0; i < count; i += 32)
            {
                float* x = a + i;
                float* y = b + i;
                if (count - i < 32)
                {
                    LaneSums.Pad(x, (int)(count - i), tail);
                    LaneSums.Pad(y, (int)(count - i), tail + 32);
                    x = tail;
                    y = tail + 32;
                }

                TD x0 = TD.Load(x), y0 = TD.Load(y), x1 = TD.Load(x + 16), y1 = TD.Load(y + 16);
                aa = TD.AddProduct(aa, x0, x0);
                ab = TD.AddProduct(ab, x0, y0);
                bb = TD.AddProduct(bb, y0, y0);
                aaOdd = TD.AddProduct(aaOdd, x1, x1);
                abOdd = TD.AddProduct(abOdd, x1, y1);
                bbOdd = TD.AddProduct(bbOdd, y1, y1);
            }

            sums[0] = (aa + aaOdd).Sum();
            sums[1] = (ab + abOdd).Sum();
            sums[2] = (bb + bbOdd).Sum();
        }
    }
}
