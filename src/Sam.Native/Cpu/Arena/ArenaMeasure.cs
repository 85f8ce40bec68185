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
    // Between these a reciprocal is a normal number, and a product with it as good as a quotient.
    private const float SmallestInverted = 1e-36f;
    private const float LargestInverted = 1e36f;

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
            Work work = new()
            {
                Pieces = pieces.Pieces.ToPointer(),
                Groups = settings,
                G = direction,
                W = weights,
                Partials = pieces.Partials.ToPointer(),
                Width = Simd.Width,
                CountsTies = norm == BallNorm.One,
            };
            switch (norm)
            {
                case BallNorm.One or BallNorm.General: Sum<MeasureTerms.Largest>(team, pieces, work, result); break;
                case BallNorm.Infinity: Sum<MeasureTerms.Magnitudes>(team, pieces, work, result); break;
                default: Sum<MeasureTerms.Squares>(team, pieces, work, result); break;
            }

            if (norm != BallNorm.General || !(result[Measure.Maximum] > 0) || !double.IsFinite(result[Measure.Maximum])) return;
            double squares = result[Measure.Squares];
            double maximum = result[Measure.Maximum];
            double q = p / (p - 1.0);
            work.Maximum = (float)maximum;
            work.Inverse = work.Maximum is > SmallestInverted and < LargestInverted ? 1 / work.Maximum : 0;
            work.Q = (float)q;
            work.Halves = Powers.Halves(q);
            switch (work.Halves)
            {
                case 0: Sum<MeasureTerms.Ratios<Powers.Any>>(team, pieces, work, result); break;
                case 3: Sum<MeasureTerms.Ratios<Powers.ThreeHalves>>(team, pieces, work, result); break;
                default: Sum<MeasureTerms.Ratios<Powers.Squarings>>(team, pieces, work, result); break;
            }

            result[Measure.Squares] = squares;
            result[Measure.Maximum] = maximum;
        }
    }

    private static void Sum<TTerm>(WorkerTeam team, in ArenaPieces pieces, in Work work, double* result)
        where TTerm : struct, MeasureTerms.ITerm
    {
        Job<TTerm> job = new() { Work = work };
        PieceLoop.Run(team, pieces, ref job);
        Gather(work.Partials, pieces.Count, result);
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

    private struct Work
    {
        public ArenaPiece* Pieces;
        public PerturbGroup* Groups;
        public float* G;
        public float* W;
        public double* Partials;
        public VectorWidth Width;
        public bool CountsTies;
        public float Maximum;
        public float Inverse;
        public float Q;
        public int Halves;
    }

    private struct Job<TTerm> : ITeamJob
        where TTerm : struct, MeasureTerms.ITerm
    {
        public Work Work;

        public readonly void Invoke(int part, int worker)
        {
            switch (Work.Width)
            {
                case VectorWidth.Vector512: Piece<Lanes512, Doubles512>(part); break;
                case VectorWidth.Vector256: Piece<Lanes256, Doubles256>(part); break;
                default: Piece<Lanes128, Doubles128>(part); break;
            }
        }

        private readonly void Piece<TV, TD>(int part)
            where TV : unmanaged, ILanes<TV>
            where TD : unmanaged, IDoubles<TD>
        {
            ArenaPiece piece = Work.Pieces[part];
            PerturbGroup group = Work.Groups[piece.Group];
            float* g = Work.G + piece.Offset;
            double* sums = Work.Partials + (4 * part);
            bool perturbed = piece.IsPerturbed != 0;
            sums[0] = 0;
            sums[1] = 0;
            sums[2] = 0;
            sums[3] = TTerm.Finds ? 0 : -1;
            if (!perturbed || (typeof(TTerm) == typeof(MeasureTerms.Squares) && group.Scaling == 0))
            {
                double squares = TTerm.IsSecond ? 0 : LaneSums.Squares<TD>(g, piece.Count);
                sums[2] = squares;
                sums[0] = perturbed ? squares : 0;
                return;
            }

            if (typeof(TTerm) == typeof(MeasureTerms.Magnitudes) && group.Scaling == 0)
            {
                sums[0] = LaneSums.Magnitudes<TD>(g, piece.Count, out sums[2]);
                return;
            }

            Terms<TV, TD>(g, Work.W + piece.Offset, piece.Count, group, sums);
            if (TTerm.Finds && Work.CountsTies) sums[3] = Ties(piece, group, (float)sums[1]);
        }

        // Locals, not references, so that the accumulators stay in registers.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Terms<TV, TD>(float* g, float* w, nint count, PerturbGroup group, double* sums)
            where TV : unmanaged, ILanes<TV>
            where TD : unmanaged, IDoubles<TD>
        {
            bool adaptive = group.Scaling != 0;
            TD squares = default, squaresOdd = default, even = default, odd = default;
            TV largest = TV.Splat(0f), largestOdd = largest, eta = TV.Splat(group.Eta), exponent = TV.Splat(Work.Q);
            float maximum = Work.Maximum, inverse = Work.Inverse;
            int halves = Work.Halves;
            float* buffer = stackalloc float[96 + 16];
            buffer = (float*)(((nint)buffer + 63) & ~63);
            float* tail = buffer + 32, weightTail = buffer + 64;
            for (nint i = 0; i < count; i += 32)
            {
                float* x = g + i;
                float* y = w + i;
                if (count - i < 32)
                {
                    LaneSums.Pad(x, (int)(count - i), tail);
                    if (adaptive) LaneSums.Pad(y, (int)(count - i), weightTail);
                    x = tail;
                    y = weightTail;
                }

                if (!TTerm.IsSecond)
                {
                    TD x0 = TD.Load(x), x1 = TD.Load(x + 16);
                    squares = TD.AddProduct(squares, x0, x0);
                    squaresOdd = TD.AddProduct(squaresOdd, x1, x1);
                }

                TV t0 = TV.Abs(TV.Load(x)), t1 = TV.Abs(TV.Load(x + 16));
                if (adaptive)
                {
                    t0 *= TV.Abs(TV.Load(y)) + eta;
                    t1 *= TV.Abs(TV.Load(y + 16)) + eta;
                }

                if (TTerm.Finds)
                {
                    largest = Larger(largest, t0);
                    largestOdd = Larger(largestOdd, t1);
                    continue;
                }

                TTerm.Map(t0, maximum, inverse, halves, exponent).Store(buffer);
                TTerm.Map(t1, maximum, inverse, halves, exponent).Store(buffer + 16);
                even = TTerm.Add(even, TD.Load(buffer));
                odd = TTerm.Add(odd, TD.Load(buffer + 16));
            }

            sums[0] = (even + odd).Sum();
            sums[1] = TTerm.Finds ? LargestLane(Larger(largest, largestOdd), buffer) : 0;
            sums[2] = (squares + squaresOdd).Sum();
        }

        private static float LargestLane<TV>(TV values, float* buffer)
            where TV : unmanaged, ILanes<TV>
        {
            values.Store(buffer);
            float largest = 0;
            for (int lane = 0; lane < 16 && !float.IsNaN(largest); lane++)
            {
                if (!(buffer[lane] <= largest)) largest = buffer[lane];
            }

            return largest;
        }

        // How many coordinates of the piece have the largest |t|.
        private readonly double Ties(ArenaPiece piece, PerturbGroup group, float largest)
        {
            double ties = 0;
            for (int i = 0; i < piece.Count && largest > 0; i++)
            {
                float t = MathF.Abs(Work.G[piece.Offset + i]);
                if (group.Scaling != 0) t *= MathF.Abs(Work.W[piece.Offset + i]) + group.Eta;
                if (t == largest) ties++;
            }

            return ties;
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
