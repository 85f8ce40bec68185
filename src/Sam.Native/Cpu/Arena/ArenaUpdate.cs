using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>The one loop of all base optimizers: restore, mix the gradients, update.</summary>
/// <remarks>d = c s + (b g + a h), products and sums fused from the left; without coefficients d = h to the bit. Coupled decay is added to
/// d, decoupled
/// decay shrinks s, both before the rule. Elementwise, so the bits depend on
/// neither threads nor width. Reads s, h (and g) and the slots, writes w and the slots, once.</remarks>
internal static unsafe class ArenaUpdate
{
    /// <summary>Updates the weights.</summary>
    /// <typeparam name="TRule">The optimizer's arithmetic.</typeparam>
    /// <param name="team">The team.</param>
    /// <param name="pieces">Where to work.</param>
    /// <param name="arguments">Arrays.</param>
    /// <param name="groups">Numbers of each group.</param>
    public static void Run<TRule>(WorkerTeam team, in ArenaPieces pieces, in UpdateArguments arguments, ReadOnlySpan<TRule> groups)
        where TRule : unmanaged, IUpdateRule
    {
        fixed (TRule* rules = groups)
        {
            Job<TRule> job = new() { Pieces = pieces.Pieces.ToPointer(), Elements = pieces.ElementCount, Rules = rules, Arguments = arguments, Width = Simd.Width };
            PieceLoop.Run(team, pieces, ref job);
        }
    }

    private struct Job<TRule> : ITeamJob
        where TRule : unmanaged, IUpdateRule
    {
        public ArenaPiece* Pieces;
        public long Elements;
        public TRule* Rules;
        public UpdateArguments Arguments;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            bool mixes = !Arguments.Coefficients.IsNull;
            switch (Width)
            {
                case VectorWidth.Vector512: Choose<Lanes512>(part, mixes); break;
                case VectorWidth.Vector256: Choose<Lanes256>(part, mixes); break;
                default: Choose<Lanes128>(part, mixes); break;
            }
        }

        private readonly void Choose<TV>(int part, bool mixes)
            where TV : unmanaged, ILanes<TV>
        {
            if (mixes) Mixed<TV>(Pieces[part]);
            else Plain<TV>(Pieces[part]);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Plain<TV>(ArenaPiece piece)
            where TV : unmanaged, ILanes<TV>
        {
            Streams streams = new(Arguments, piece, Elements);
            TRule rule = Rules[piece.Group];
            nint i = 0;
            for (; i <= piece.Count - 16; i += 16) Apply(rule, streams, i, 16, PieceLoop.Load<TV>(streams.H + i, 16));
            int rest = piece.Count - (int)i;
            if (rest > 0) Apply(rule, streams, i, rest, PieceLoop.Load<TV>(streams.H + i, rest));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Mixed<TV>(ArenaPiece piece)
            where TV : unmanaged, ILanes<TV>
        {
            Streams streams = new(Arguments, piece, elements: 0);
            TRule rule = Rules[piece.Group];
            for (nint i = 0; i < piece.Count; i += 16) Mix<TV>(rule, streams, i, (int)nint.Min(16, piece.Count - i));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Mix<TV>(in TRule rule, in Streams streams, nint i, int count)
            where TV : unmanaged, ILanes<TV>
        {
            float* k = streams.Coefficients;
            TV h = PieceLoop.Load<TV>(streams.H + i, count);
            TV d = k[0] == 0f ? TV.Splat(0f) : TV.Splat(k[0]) * h;
            TV g = h;
            if (streams.G != null)
            {
                g = PieceLoop.Load<TV>(streams.G + i, count);
                if (k[1] != 0f) d = k[0] == 0f ? TV.Splat(k[1]) * g : TV.Fma(TV.Splat(k[1]), g, d);
            }

            if (k[2] != 0f) d = TV.Fma(TV.Splat(k[2]), PieceLoop.Load<TV>(streams.S + i, count), d);
            TV w = Apply(rule, streams, i, count, d);
            if (k[3] == 0f && k[4] == 0f) return;
            float rate = rule.Scalars.LearningRate;
            w = TV.Fma(TV.Splat(rate), TV.Fma(TV.Splat(k[3]), h, TV.Splat(k[4]) * g), w);
            PieceLoop.Store(streams.W + i, w, count);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TV Apply<TV>(in TRule rule, in Streams streams, nint i, int count, TV d)
            where TV : unmanaged, ILanes<TV>
        {
            TV s = PieceLoop.Load<TV>(streams.S + i, count);
            TV slot0 = TRule.SlotCount > 0 && streams.Slot0 != null ? PieceLoop.Load<TV>(streams.Slot0 + i, count) : TV.Splat(0f);
            TV slot1 = TRule.SlotCount > 1 && streams.Slot1 != null ? PieceLoop.Load<TV>(streams.Slot1 + i, count) : TV.Splat(0f);
            TV slot2 = TRule.SlotCount > 2 && streams.Slot2 != null ? PieceLoop.Load<TV>(streams.Slot2 + i, count) : TV.Splat(0f);
            StepScalars scalars = rule.Scalars;
            if (scalars.Decay != 0f) d = TV.Fma(TV.Splat(scalars.Decay), s, d);
            if (scalars.Shrink != 1f) s *= TV.Splat(scalars.Shrink);
            TV w = rule.Update(s, d, ref slot0, ref slot1, ref slot2);
            if (TRule.SlotCount > 0 && streams.Slot0 != null) PieceLoop.Store(streams.Slot0 + i, slot0, count);
            if (TRule.SlotCount > 1 && streams.Slot1 != null) PieceLoop.Store(streams.Slot1 + i, slot1, count);
            if (TRule.SlotCount > 2 && streams.Slot2 != null) PieceLoop.Store(streams.Slot2 + i, slot2, count);
            PieceLoop.Store(streams.W + i, w, count, streams.WritesOnly);
            return w;
        }
    }

    /// <summary>The addresses of one piece.</summary>
    private readonly struct Streams(in UpdateArguments arguments, ArenaPiece piece, long elements)
    {
        public readonly float* H = (arguments.Gradient + piece.Offset).ToPointer();
        public readonly float* G = arguments.Other.IsNull ? null : (arguments.Other + piece.Offset).ToPointer();
        public readonly float* S = ((piece.IsPerturbed != 0 ? arguments.Saved : arguments.Weights) + piece.Offset).ToPointer();
        public readonly float* W = ((arguments.Output.IsNull ? arguments.Weights : arguments.Output) + piece.Offset).ToPointer();
        public readonly float* Slot0 = arguments.Slot0.IsNull ? null : (arguments.Slot0 + piece.Offset).ToPointer();
        public readonly float* Slot1 = arguments.Slot1.IsNull ? null : (arguments.Slot1 + piece.Offset).ToPointer();
        public readonly float* Slot2 = arguments.Slot2.IsNull ? null : (arguments.Slot2 + piece.Offset).ToPointer();
        public readonly bool WritesOnly = piece.IsPerturbed != 0 && arguments.Output.IsNull
            && PieceLoop.Streams(elements, (arguments.Weights + piece.Offset).ToPointer());
        public readonly float* Coefficients = arguments.Coefficients.ToPointer() + (piece.Tensor * UpdateArguments.CoefficientCount);
    }
}
