using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Layer normalisation, forward and backward.</summary>
/// <remarks>A row's moments are those of <see cref="Moments"/> over one plane. The backward pass sums a row in pieces of
/// <see cref="Moments.BlockCount"/>
/// elements, element p of a piece in virtual lane p mod 16, in float and then the tree of <see cref="ILanes{TSelf}.Sum"/>, pieces in
/// double in ascending order.
/// Gradients of scale and shift are summed down the rows in ascending order in blocks of 64 in float, blocks in ascending order. Rows, and
/// columns,
/// are independent, so the bits depend on neither threads nor width.</remarks>
internal static unsafe class LayerNorm
{
    private const int PartCount = 16384;
    private const int RowBlock = 64;

    /// <summary>What a layer normalisation works on; null pointers where the contract allows them.</summary>
    public struct Arguments
    {
        public int Rows;
        public int Columns;
        public float Epsilon;
        public bool Accumulate;
        public float* Input;
        public float* Scale;
        public float* Shift;
        public float* Output;
        public float* Mean;
        public float* InverseDeviation;
        public float* OutputGradient;
        public float* InputGradient;
        public float* ScaleGradient;
        public float* ShiftGradient;
    }

    private enum Pass
    {
        Forward,
        BackwardInput,
        BackwardScale,
    }

    /// <summary>The forward pass.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="arguments">What it works on.</param>
    public static void Forward(WorkerTeam? team, in Arguments arguments) => RunRows(team, arguments, Pass.Forward);

    /// <summary>The backward pass.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="arguments">What it works on.</param>
    public static void Backward(WorkerTeam? team, in Arguments arguments)
    {
        // The gradients of scale and shift first: the input's may overwrite the output's, which they read.
        if (arguments.ScaleGradient != null || arguments.ShiftGradient != null)
        {
            Job job = new() { Arguments = arguments, Pass = Pass.BackwardScale, Width = Simd.Width };
            if ((long)arguments.Rows * arguments.Columns <= PartCount) team = null;
            team.Dispatch((arguments.Columns + 15) / 16, ref job);
        }

        if (arguments.InputGradient != null) RunRows(team, arguments, Pass.BackwardInput);
    }

    private static void RunRows(WorkerTeam? team, in Arguments arguments, Pass pass)
    {
        int rows = Math.Max(1, PartCount / arguments.Columns);
        Job job = new() { Arguments = arguments, Pass = pass, PartRows = rows, Width = Simd.Width };
        team.Dispatch((arguments.Rows + rows - 1) / rows, ref job);
    }

    private struct Job : ITeamJob
    {
        public Arguments Arguments;
        public Pass Pass;
        public int PartRows;
        public VectorWidth Width;

        public readonly void Invoke(int part, int worker)
        {
            switch (Width)
            {
                case VectorWidth.Vector512: Run<Lanes512>(part); break;
                case VectorWidth.Vector256: Run<Lanes256>(part); break;
                default: Run<Lanes128>(part); break;
            }
        }

        private readonly void Run<TV>(int part)
            where TV : unmanaged, ILanes<TV>
        {
            if (Pass == Pass.BackwardScale)
            {
                BackwardScale<TV>(part * 16, Math.Min(16, Arguments.Columns - (part * 16)));
                return;
            }

            int last = Math.Min(Arguments.Rows, (part + 1) * PartRows);
            for (int row = part * PartRows; row < last; row++)
            {
                if (Pass == Pass.Forward)
                {
                    Forward<TV>(row);
                }
                else
                {
                    BackwardInput<TV>(row);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Forward<TV>(int row)
            where TV : unmanaged, ILanes<TV>
        {
            int count = Arguments.Columns;
            float* x = Arguments.Input + ((long)row * count);
            float* y = Arguments.Output + ((long)row * count);
            Moments moments = Moments.Of<TV>(x, 1, 0, count);
            float mean = (float)moments.Mean;
            float inverse = (float)(1 / Math.Sqrt(moments.Variance + Arguments.Epsilon));
            Arguments.Mean[row] = mean;
            Arguments.InverseDeviation[row] = inverse;
            TV m = TV.Splat(mean), f = TV.Splat(inverse);
            for (int i = 0; i < count; i += 16)
            {
                int left = Math.Min(16, count - i);
                TV h = (TV.LoadPartial(x + i, left) - m) * f;
                TV shift = Arguments.Shift == null ? TV.Splat(0f) : TV.LoadPartial(Arguments.Shift + i, left);
                TV scale = Arguments.Scale == null ? TV.Splat(1f) : TV.LoadPartial(Arguments.Scale + i, left);
                TV.Fma(h, scale, shift).StorePartial(y + i, left);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void BackwardInput<TV>(int row)
            where TV : unmanaged, ILanes<TV>
        {
            int count = Arguments.Columns;
            float* x = Arguments.Input + ((long)row * count);
            float* dy = Arguments.OutputGradient + ((long)row * count);
            float* dx = Arguments.InputGradient + ((long)row * count);
            float inverse = Arguments.InverseDeviation[row];
            TV mean = TV.Splat(Arguments.Mean[row]);
            double sum = 0;
            double products = 0;
            for (int p = 0; p < count; p += Moments.BlockCount)
            {
                int last = Math.Min(count, p + Moments.BlockCount);
                TV s = TV.Splat(0f), t = s;
                for (int i = p; i < last; i += 16)
                {
                    int left = Math.Min(16, last - i);
                    TV g = Scaled<TV>(dy, i, left);
                    s += g;
                    t = TV.Fma(g, TV.LoadPartial(x + i, left) - mean, t);
                }

                sum += s.Sum();
                products += t.Sum();
            }

            TV f = TV.Splat(inverse);
            TV slope = TV.Splat((float)(-inverse * products * inverse * inverse / count));
            TV offset = TV.Splat((float)(-inverse * sum / count));
            for (int i = 0; i < count; i += 16)
            {
                int left = Math.Min(16, count - i);
                TV d = TV.LoadPartial(x + i, left) - mean;
                TV.Fma(Scaled<TV>(dy, i, left), f, TV.Fma(d, slope, offset)).StorePartial(dx + i, left);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly TV Scaled<TV>(float* dy, int i, int left)
            where TV : unmanaged, ILanes<TV>
        {
            TV g = TV.LoadPartial(dy + i, left);
            return Arguments.Scale == null ? g : g * TV.LoadPartial(Arguments.Scale + i, left);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void BackwardScale<TV>(int first, int count)
            where TV : unmanaged, ILanes<TV>
        {
            TV scale = TV.Splat(0f), shift = scale;
            for (int row = 0; row < Arguments.Rows; row += RowBlock)
            {
                int last = Math.Min(Arguments.Rows, row + RowBlock);
                TV s = TV.Splat(0f), t = s;
                for (int i = row; i < last; i++)
                {
                    long at = ((long)i * Arguments.Columns) + first;
                    TV g = TV.LoadPartial(Arguments.OutputGradient + at, count);
                    TV d = TV.LoadPartial(Arguments.Input + at, count) - TV.Splat(Arguments.Mean[i]);
                    TV h = d * TV.Splat(Arguments.InverseDeviation[i]);
                    s += g;
                    t = TV.Fma(g, h, t);
                }

                shift += s;
                scale += t;
            }

            Finish(scale, Arguments.ScaleGradient, first, count);
            Finish(shift, Arguments.ShiftGradient, first, count);
        }

        private readonly void Finish<TV>(TV sum, float* target, int first, int count)
            where TV : unmanaged, ILanes<TV>
        {
            if (target != null)
            {
                (Arguments.Accumulate ? TV.LoadPartial(target + first, count) + sum : sum).StorePartial(target + first, count);
            }
        }
    }
}
