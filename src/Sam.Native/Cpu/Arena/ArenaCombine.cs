using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Elementwise passes over the pieces: linear combination, clamp, copy back, Friendly-SAM's direction.</summary>
/// <remarks>Elementwise, so the bits depend on neither threads nor width.</remarks>
internal static unsafe class ArenaCombine
{
    /// <summary>y = a x1 + b x2.</summary>
    /// <param name="team">The team.</param>
    /// <param name="pieces">Where to work.</param>
    /// <param name="first">x1.</param>
    /// <param name="second">x2, or null.</param>
    /// <param name="coefficients">a and b of each tensor.</param>
    /// <param name="output">y.</param>
    public static void Run(WorkerTeam team, in ArenaPieces pieces, float* first, float* second, float* coefficients, float* output)
    {
        Job<Combination> job = new()
        {
            Pieces = pieces.Pieces.ToPointer(),
            Pass = new Combination { First = first, Second = second, Coefficients = coefficients, Output = output },
            Width = Simd.Width,
        };
        PieceLoop.Run(team, pieces, ref job);
    }

    /// <summary>Limits every finite element to [-limit, limit]; NaN and infinities stay.</summary>
    /// <param name="team">The team.</param>
    /// <param name="pieces">Where to work.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="values">Limited in place.</param>
    public static void Clamp(WorkerTeam team, in ArenaPieces pieces, float limit, float* values)
    {
        Job<Clamping> job = new()
        {
            Pieces = pieces.Pieces.ToPointer(),
            Pass = new Clamping { Limit = limit, Values = values },
            Width = Simd.Width
        };
        PieceLoop.Run(team, pieces, ref job);
    }

    /// <summary>Copies the saved weights back.</summary>
    /// <param name="team">The team.</param>
    /// <param name="pieces">Where to work.</param>
    /// <param name="saved">Read.</param>
    /// <param name="weights">Overwritten where pieces are perturbed.</param>
    public static void Restore(WorkerTeam team, in ArenaPieces pieces, float* saved, float* weights)
    {
        Job<Restoring> job = new()
        {
            Pieces = pieces.Pieces.ToPointer(),
            Pass = new Restoring { Saved = saved, Weights = weights, Streams = PieceLoop.Streams(pieces.ElementCount, weights) },
            Width = Simd.Width
        };
        PieceLoop.Run(team, pieces, ref job);
    }

    /// <summary>Friendly-SAM's direction.</summary>
    /// <param name="team">The team.</param>
    /// <param name="pieces">Where to work.</param>
    /// <param name="step">The numbers.</param>
    /// <param name="first">Whether there is no average yet.</param>
    /// <param name="gradient">g, becomes the direction.</param>
    /// <param name="average">m.</param>
    /// <param name="next">Takes m'.</param>
    /// <param name="kept">Takes g, or null.</param>
    public static void Friendly(
        WorkerTeam team, in ArenaPieces pieces, in FriendlyStep step, bool first, float* gradient, float* average, float* next, float* kept)
    {
        Job<FriendlyPass> job = new()
        {
            Pieces = pieces.Pieces.ToPointer(),
            Pass = new FriendlyPass { Step = step, First = first, Gradient = gradient, Average = average, Next = next, Kept = kept },
            Width = Simd.Width,
        };
        PieceLoop.Run(team, pieces, ref job);
    }

    private interface IPass
    {
        void Invoke<TV>(in ArenaPiece piece, nint i, int count)
            where TV : unmanaged, ILanes<TV>;
    }

    private struct Job<TPass> : ITeamJob
        where TPass : unmanaged, IPass
    {
        public ArenaPiece* Pieces;
        public TPass Pass;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            switch (Width)
            {
                case VectorWidth.Vector512: Loop<Lanes512>(Pieces[part]); break;
                case VectorWidth.Vector256: Loop<Lanes256>(Pieces[part]); break;
                default: Loop<Lanes128>(Pieces[part]); break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Loop<TV>(ArenaPiece piece)
            where TV : unmanaged, ILanes<TV>
        {
            TPass pass = Pass;
            nint i = 0;
            for (; i <= piece.Count - 16; i += 16) pass.Invoke<TV>(piece, piece.Offset + i, 16);
            int rest = piece.Count - (int)i;
            if (rest > 0) pass.Invoke<TV>(piece, piece.Offset + i, rest);
        }
    }

    private struct Combination : IPass
    {
        public float* First;
        public float* Second;
        public float* Coefficients;
        public float* Output;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TV>(in ArenaPiece piece, nint i, int count)
            where TV : unmanaged, ILanes<TV>
        {
            float a = Coefficients[piece.Tensor * UpdateArguments.CoefficientCount];
            float b = Coefficients[(piece.Tensor * UpdateArguments.CoefficientCount) + 1];
            TV y = a == 0f ? TV.Splat(0f) : TV.Splat(a) * PieceLoop.Load<TV>(First + i, count);
            if (Second != null && b != 0f)
            {
                TV x2 = TV.Splat(b) * PieceLoop.Load<TV>(Second + i, count);
                y = a == 0f ? x2 : TV.Fma(TV.Splat(a), PieceLoop.Load<TV>(First + i, count), x2);
            }

            PieceLoop.Store(Output + i, y, count);
        }
    }

    private struct Clamping : IPass
    {
        public float Limit;
        public float* Values;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TV>(in ArenaPiece piece, nint i, int count)
            where TV : unmanaged, ILanes<TV>
        {
            TV x = PieceLoop.Load<TV>(Values + i, count);
            TV high = TV.Splat(Limit);
            TV low = TV.Splat(-Limit);
            TV largest = TV.Splat(float.MaxValue);
            TV limited = TV.Select(TV.Less(high, x), high, TV.Select(TV.Less(x, low), low, x));
            PieceLoop.Store(Values + i, TV.Select(TV.LessOrEqual(TV.Abs(x), largest), limited, x), count);
        }
    }

    private struct Restoring : IPass
    {
        public float* Saved;
        public float* Weights;
        public bool Streams;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TV>(in ArenaPiece piece, nint i, int count)
            where TV : unmanaged, ILanes<TV>
        {
            if (piece.IsPerturbed != 0) PieceLoop.Store(Weights + i, PieceLoop.Load<TV>(Saved + i, count), count, Streams);
        }
    }

    private struct FriendlyPass : IPass
    {
        public FriendlyStep Step;
        public bool First;
        public float* Gradient;
        public float* Average;
        public float* Next;
        public float* Kept;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Invoke<TV>(in ArenaPiece piece, nint i, int count)
            where TV : unmanaged, ILanes<TV>
        {
            TV g = PieceLoop.Load<TV>(Gradient + i, count);
            TV m = PieceLoop.Load<TV>(Average + i, count);
            TV sigma = TV.Splat(-Step.Sigma);
            TV keep = TV.Splat(Step.Lambda);
            TV enter = TV.Splat(1f - Step.Lambda);
            if (Kept != null) PieceLoop.Store(Kept + i, g, count);
            TV next;
            TV direction;
            if (Step.UsesOldAverage == 0)
            {
                next = TV.Fma(keep, m, enter * g);
                direction = TV.Fma(sigma, next, g);
            }
            else if (First)
            {
                next = g;
                direction = g;
            }
            else
            {
                direction = TV.Fma(sigma, m, g);
                next = TV.Fma(keep, m, enter * (Step.AveragesDirection != 0 ? direction : g));
            }

            PieceLoop.Store(Next + i, next, count);
            PieceLoop.Store(Gradient + i, direction, count);
        }
    }
}
