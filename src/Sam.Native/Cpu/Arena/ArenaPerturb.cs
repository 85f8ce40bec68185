using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>The climb to the worst point of a ball, with the saving of the weights, in one pass; see
/// <see cref="DeviceKernels.Perturb"/>.</summary>
/// <remarks>w = s + k d in one rounding, where k is a float and d the direction of the ball. Elementwise, so the bits depend on neither
/// threads nor
/// width. Reads s and g, writes w and the saved weights.</remarks>
internal static unsafe class ArenaPerturb
{
    private const double SmallestScale = 1e-30;
    private const double LargestScale = 1e30;

    /// <summary>Saves and perturbs.</summary>
    /// <param name="team">The team.</param>
    /// <param name="pieces">Where to work.</param>
    /// <param name="arguments">Arrays and the ball.</param>
    /// <param name="groups">Numbers of each group.</param>
    public static void Run(WorkerTeam team, in ArenaPieces pieces, in PerturbArguments arguments, ReadOnlySpan<PerturbGroup> groups)
    {
        fixed (PerturbGroup* settings = groups)
        {
            double* measured = arguments.Measured.ToPointer();
            Job job = new()
            {
                Pieces = pieces.Pieces.ToPointer(),
                Elements = pieces.ElementCount,
                Groups = settings,
                Arguments = arguments,
                Width = Simd.Width,
                Scale = Scale(arguments.Norm, arguments.P, measured),
                Maximum = (float)measured[Measure.Maximum],
                Exponent = (float)(1.0 / (arguments.P - 1.0)),
                Halves = Powers.Halves(1.0 / (arguments.P - 1.0)),
            };
            PieceLoop.Run(team, pieces, ref job);
        }
    }

    // What rho is multiplied with; 0 where nothing is to move.
    private static double Scale(BallNorm norm, float p, double* measured)
    {
        double sum = measured[Measure.Sum];
        double maximum = measured[Measure.Maximum];
        if (!(sum > 0) || !double.IsFinite(sum) || !double.IsFinite(maximum)) return 0;
        return norm switch
        {
            BallNorm.Two => 1 / Math.Sqrt(sum),
            BallNorm.One => 1 / sum,
            BallNorm.General => PortableMath.Power(sum, -1.0 / p),
            _ => 1,
        };
    }

    private interface IBall
    {
        static abstract TV Direction<TV>(TV t, in Constants<TV> constants)
            where TV : unmanaged, ILanes<TV>;
    }

    private struct Job : ITeamJob
    {
        public ArenaPiece* Pieces;
        public long Elements;
        public PerturbGroup* Groups;
        public PerturbArguments Arguments;
        public VectorWidth Width;
        public double Scale;
        public float Maximum;
        public float Exponent;
        public int Halves;

        public readonly void Invoke(int part, int worker)
        {
            switch (Width)
            {
                case VectorWidth.Vector512: Choose<Lanes512>(part); break;
                case VectorWidth.Vector256: Choose<Lanes256>(part); break;
                default: Choose<Lanes128>(part); break;
            }
        }

        private readonly void Choose<TV>(int part)
            where TV : unmanaged, ILanes<TV>
        {
            ArenaPiece piece = Pieces[part];
            if (piece.IsPerturbed == 0)
            {
                if (!Arguments.Kept.IsNull)
                {
                    long bytes = piece.Count * sizeof(float);
                    Buffer.MemoryCopy((Arguments.Direction + piece.Offset).ToPointer(), (Arguments.Kept + piece.Offset).ToPointer(), bytes,
                        bytes);
                }

                return;
            }

            switch (Arguments.Norm)
            {
                case BallNorm.One: Loop<TV, OneBall>(piece); break;
                case BallNorm.Infinity: Loop<TV, InfinityBall>(piece); break;
                case BallNorm.General when Halves == 0: Loop<TV, GeneralBall<Powers.Any>>(piece); break;
                case BallNorm.General when Halves == 1: Loop<TV, GeneralBall<Powers.Root>>(piece); break;
                case BallNorm.General: Loop<TV, GeneralBall<Powers.Squarings>>(piece); break;
                default: Loop<TV, LinearBall>(piece); break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Loop<TV, TBall>(ArenaPiece piece)
            where TV : unmanaged, ILanes<TV>
            where TBall : struct, IBall
        {
            PerturbGroup group = Groups[piece.Group];
            double factor = Arguments.Factors.IsNull ? 1 : Arguments.Factors.ToPointer()[piece.Tensor];
            double scale = group.Rho * Scale * factor;
            float first = 1;
            if (scale != 0 && Math.Abs(scale) is < SmallestScale or > LargestScale)
            {
                // Gradients near the ends of single precision: a power of two first, so that the scale has all its digits.
                first = (float)Math.ScaleB(1, Math.Clamp(Math.ILogB(scale), -126, 127));
                scale /= first;
            }

            Constants<TV> constants = new((float)scale, first, group, Maximum, Exponent, Halves);
            float* g = (Arguments.Direction + piece.Offset).ToPointer();
            float* source = (Arguments.Source + piece.Offset).ToPointer();
            float* w = (Arguments.Weights + piece.Offset).ToPointer();
            float* saved = Arguments.Saved.IsNull ? null : (Arguments.Saved + piece.Offset).ToPointer();
            float* kept = Arguments.Kept.IsNull ? null : (Arguments.Kept + piece.Offset).ToPointer();
            bool streams = PieceLoop.Streams(Elements, saved);
            nint i = 0;
            for (; i <= piece.Count - 16; i += 16) Body<TV, TBall>(constants, g, source, w, saved, kept, i, 16, streams);
            int rest = piece.Count - (int)i;
            if (rest > 0) Body<TV, TBall>(constants, g, source, w, saved, kept, i, rest, false);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Body<TV, TBall>(
            in Constants<TV> constants, float* g, float* source, float* w, float* saved, float* kept, nint i, int count, bool streams)
            where TV : unmanaged, ILanes<TV>
            where TBall : struct, IBall
        {
            TV s = PieceLoop.Load<TV>(source + i, count);
            TV t = PieceLoop.Load<TV>(g + i, count);
            if (kept != null) PieceLoop.Store(kept + i, t, count);
            if (saved != null) PieceLoop.Store(saved + i, s, count, streams);
            if (constants.Still)
            {
                PieceLoop.Store(w + i, s, count);
                return;
            }

            if (constants.Adaptive)
            {
                TV scale = TV.Abs(s) + constants.Eta;
                t = scale * TBall.Direction(constants.ScalesBefore ? scale * t : t, constants);
            }
            else
            {
                t = TBall.Direction(t, constants);
            }

            if (constants.First != 1f) t *= TV.Splat(constants.First);
            PieceLoop.Store(w + i, TV.Fma(constants.Scale, t, s), count);
        }
    }

    private readonly struct Constants<TV>(float scale, float first, PerturbGroup group, float maximum, float exponent, int halves)
        where TV : unmanaged, ILanes<TV>
    {
        public readonly TV Scale = TV.Splat(scale);
        public readonly float First = first;
        public readonly TV Eta = TV.Splat(group.Eta);
        public readonly TV Maximum = TV.Splat(maximum);
        public readonly TV Exponent = TV.Splat(exponent);
        public readonly int Halves = halves;
        public readonly bool Adaptive = group.Scaling != PerturbGroup.Unscaled;
        public readonly bool ScalesBefore = group.Scaling == PerturbGroup.Scaled;
        public readonly bool Still = scale == 0f;
    }

    private readonly struct LinearBall : IBall
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Direction<TV>(TV t, in Constants<TV> constants)
            where TV : unmanaged, ILanes<TV> => t;
    }

    private readonly struct InfinityBall : IBall
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Direction<TV>(TV t, in Constants<TV> constants)
            where TV : unmanaged, ILanes<TV> => Sign(t);
    }

    private readonly struct OneBall : IBall
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Direction<TV>(TV t, in Constants<TV> constants)
            where TV : unmanaged, ILanes<TV> => TV.Equal(TV.Abs(t), constants.Maximum) & Sign(t);
    }

    private readonly struct GeneralBall<TPower> : IBall
        where TPower : struct, Powers.IPower
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TV Direction<TV>(TV t, in Constants<TV> constants)
            where TV : unmanaged, ILanes<TV>
        {
            TV u = TPower.Of(TV.Abs(t) / constants.Maximum, constants.Halves, constants.Exponent);
            return u | (t & TV.SplatBits(int.MinValue));
        }
    }

    // +-1, and 0 for 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Sign<TV>(TV t)
        where TV : unmanaged, ILanes<TV>
    {
        TV zero = TV.Splat(0f);
        TV one = TV.Splat(1f) | (t & TV.SplatBits(int.MinValue));
        return TV.Select(TV.Equal(t, zero), zero, one);
    }
}
