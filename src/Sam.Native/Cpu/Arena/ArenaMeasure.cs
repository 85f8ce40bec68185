using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>What the dual norm of a direction is made of; see <see cref="DeviceKernels.Measure"/>.</summary>
/// <remarks>t = T g is rounded to float, powers are those of <see cref="Powers"/>, everything is added in double. Order: element i of a
/// piece is added to
/// virtual lane i mod 32 in ascending order, lanes l and l + 16 are added, then the tree of <see cref="IDoubles{TSelf}.Sum"/>; the pieces'
/// sums are
/// added in ascending order. Reads g, and w where a group is adaptive.</remarks>
internal static unsafe class ArenaMeasure
{
    private const int BlockCount = 256;

    private enum Term
    {
        Squares,
        Magnitudes,
        Powers,
    }

    /// <summary>Measures the direction.</summary>
    /// <param name="team">The team.</param>
    /// <param name="pieces">Where to work.</param>
    /// <param name="norm">Which ball.</param>
    /// <param name="p">p of general balls.</param>
    /// <param name="groups">Numbers of each group.</param>
    /// <param name="direction">g.</param>
    /// <param name="weights">w.</param>
    /// <param name="result"><see cref="Measure.Count"/> doubles.</param>
    public static void Run(
        WorkerTeam team, in ArenaPieces pieces, BallNorm norm, float p, ReadOnlySpan<PerturbGroup> groups, float* direction, float* weights,
            double* result)
    {
        fixed (PerturbGroup* settings = groups)
        {
            Job job = new()
            {
                Pieces = pieces.Pieces.ToPointer(),
                Groups = settings,
                G = direction,
                W = weights,
                Partials = pieces.Partials.ToPointer(),
                Width = Simd.Width,
                Term = norm is BallNorm.Infinity ? Term.Magnitudes : Term.Squares,
                Norm = norm,
            };
            PieceLoop.Run(team, pieces, ref job);
            Gather(job.Partials, pieces.Count, result);
            if (norm != BallNorm.General || !(result[Measure.Maximum] > 0) || !double.IsFinite(result[Measure.Maximum])) return;
            double squares = result[Measure.Squares];
            double maximum = result[Measure.Maximum];
            job.Term = Term.Powers;
            job.Maximum = (float)maximum;
            job.Q = (float)(p / (p - 1.0));
            job.Halves = Powers.Halves(p / (p - 1.0));
            PieceLoop.Run(team, pieces, ref job);
            Gather(job.Partials, pieces.Count, result);
            result[Measure.Squares] = squares;
            result[Measure.Maximum] = maximum;
        }
    }

    // Partials: sum, maximum, squares, ties with the maximum.
    private static void Gather(double* partials, int count, double* result)
    {
        double sum = 0, maximum = 0, squares = 0, ties = 0;
        bool findsMaximum = false;
        for (int i = 0; i < count; i++)
        {
            double* part = partials + (4 * i);
            sum += part[0];
            squares += part[2];
            if (part[3] < 0) continue;
            findsMaximum = true;
            if (double.IsNaN(maximum) || part[1] < maximum) continue;
            ties = part[1] == maximum ? ties + part[3] : part[3];
            maximum = part[1];
        }

        result[Measure.Sum] = findsMaximum ? ties : sum;
        result[Measure.Maximum] = maximum;
        result[Measure.Squares] = squares;
    }

    private struct Job : ITeamJob
    {
        public ArenaPiece* Pieces;
        public PerturbGroup* Groups;
        public float* G;
        public float* W;
        public double* Partials;
        public VectorWidth Width;
        public Term Term;
        public BallNorm Norm;
        public float Maximum;
        public float Q;
        public int Halves;

        public readonly void Invoke(int part, int worker)
        {
            switch (Width)
            {
                case VectorWidth.Vector512: Piece<Lanes512, Doubles512>(part); break;
                case VectorWidth.Vector256: Piece<Lanes256, Doubles256>(part); break;
                default: Piece<Lanes128, Doubles128>(part); break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Piece<TV, TD>(int part)
            where TV : unmanaged, ILanes<TV>
            where TD : unmanaged, IDoubles<TD>
        {
            ArenaPiece piece = Pieces[part];
            PerturbGroup group = Groups[piece.Group];
            double* sums = Partials + (4 * part);
            bool perturbed = piece.IsPerturbed != 0;
            bool plain = group.IsAdaptive == 0 && perturbed && Term == Term.Squares;
            bool finds = Norm is BallNorm.One or BallNorm.General && Term == Term.Squares;
            TD squares = default, squaresOdd = default, even = default, odd = default;
            TV maximum = TV.Splat(0f);
            float* scaled = stackalloc float[BlockCount];
            float* padded = stackalloc float[BlockCount];
            for (int start = 0; start < piece.Count; start += BlockCount)
            {
                int count = Math.Min(BlockCount, piece.Count - start);
                float* g = G + piece.Offset + start;
                float* w = W + piece.Offset + start;
                if (count < BlockCount)
                {
                    for (int j = 0; j < BlockCount; j++) padded[j] = j < count ? g[j] : 0f;
                    g = padded;
                }

                int rounded = (count + 31) & ~31;
                if (Term != Term.Powers) AddSquares(g, rounded, ref squares, ref squaresOdd);
                if (!perturbed || (plain && !finds)) continue;
                if (Term == Term.Magnitudes && group.IsAdaptive == 0)
                {
                    AddMagnitudes(g, rounded, ref even, ref odd);
                    continue;
                }

                for (int i = 0; i < rounded; i += 16)
                {
                    TV t = TV.Abs(TV.Load(g + i));
                    if (group.IsAdaptive != 0 && i < count)
                    {
                        TV scale = TV.Abs(PieceLoop.Load<TV>(w + i, Math.Min(16, count - i))) + TV.Splat(group.Eta);
                        t *= scale;
                    }

                    if (Term == Term.Powers) t = Powers.Power(t / TV.Splat(Maximum), Halves, TV.Splat(Q));
                    t.Store(scaled + i);
                    if (finds) maximum = Larger(maximum, t);
                }

                if (Term == Term.Squares) AddSquares(scaled, rounded, ref even, ref odd);
                else AddMagnitudes(scaled, rounded, ref even, ref odd);
            }

            double sumOfSquares = (squares + squaresOdd).Sum();
            sums[0] = plain ? sumOfSquares : (even + odd).Sum();
            sums[2] = sumOfSquares;
            sums[1] = 0;
            sums[3] = -1;
            if (finds) Ties<TV>(piece, group, perturbed, maximum, sums);
        }

        // The largest |t| of the piece, and how many coordinates have it.
        private readonly void Ties<TV>(ArenaPiece piece, PerturbGroup group, bool perturbed, TV maximum, double* sums)
            where TV : unmanaged, ILanes<TV>
        {
            float* lanes = stackalloc float[16];
            maximum.Store(lanes);
            float largest = 0;
            for (int lane = 0; lane < 16 && !float.IsNaN(largest); lane++)
            {
                if (!(lanes[lane] <= largest)) largest = lanes[lane];
            }

            sums[1] = largest;
            sums[3] = 0;
            if (Norm != BallNorm.One || !perturbed || largest == 0) return;
            for (int i = 0; i < piece.Count; i++)
            {
                float t = MathF.Abs(G[piece.Offset + i]);
                if (group.IsAdaptive != 0) t *= MathF.Abs(W[piece.Offset + i]) + group.Eta;
                if (t == largest) sums[3]++;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void AddSquares<TD>(float* x, int count, ref TD even, ref TD odd)
            where TD : unmanaged, IDoubles<TD>
        {
            for (int i = 0; i < count; i += 32)
            {
                TD x0 = TD.Load(x + i), x1 = TD.Load(x + i + 16);
                even = TD.AddProduct(even, x0, x0);
                odd = TD.AddProduct(odd, x1, x1);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void AddMagnitudes<TD>(float* x, int count, ref TD even, ref TD odd)
            where TD : unmanaged, IDoubles<TD>
        {
            for (int i = 0; i < count; i += 32)
            {
                even = TD.AddMagnitude(even, TD.Load(x + i));
                odd = TD.AddMagnitude(odd, TD.Load(x + i + 16));
            }
        }

        // NaN on either side wins.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TV Larger<TV>(TV maximum, TV candidate)
            where TV : unmanaged, ILanes<TV>
        {
            TV keep = TV.LessOrEqual(candidate, maximum);
            TV isNumber = TV.Equal(maximum, maximum);
            return TV.Select(isNumber, TV.Select(keep, maximum, candidate), maximum);
        }
    }
}
