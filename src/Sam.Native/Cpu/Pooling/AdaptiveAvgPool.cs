using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Adaptive and global average pooling, forward and backward.</summary>
/// <remarks>An output of 1 by 1 sums its plane in pieces of <see cref="Moments.BlockCount"/> elements, element p of a piece in virtual
/// lane p mod 16, in float and then
/// the tree of <see cref="ILanes{TSelf}.Sum"/>, pieces in double in ascending order. Other outputs sum their window in row-major order in
/// double. The backward pass
/// adds the windows of an input element in row-major order in float. Planes are independent, so the bits depend on neither threads nor
/// width.</remarks>
internal static unsafe class AdaptiveAvgPool
{
    private const int PartCount = 16384;

    /// <summary>What a pooling works on.</summary>
    public struct Arguments
    {
        public int Planes;
        public int Height;
        public int Width;
        public int OutHeight;
        public int OutWidth;
        public float* Input;
        public float* Output;
        public float* OutputGradient;
        public float* InputGradient;
        public float* ReluMask;

        /// <summary>Elements of an input plane.</summary>
        public readonly int Size => Height * Width;
    }

    /// <summary>The forward pass.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="arguments">What it works on.</param>
    public static void Forward(WorkerTeam? team, in Arguments arguments) => Run(team, arguments, backward: false);

    /// <summary>The backward pass.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="arguments">What it works on.</param>
    public static void Backward(WorkerTeam? team, in Arguments arguments) => Run(team, arguments, backward: true);

    private static void Run(WorkerTeam? team, in Arguments arguments, bool backward)
    {
        int planes = Math.Max(1, PartCount / arguments.Size);
        Job job = new() { Arguments = arguments, IsBackward = backward, PartPlanes = planes, Width = Simd.Width };
        team.Dispatch((arguments.Planes + planes - 1) / planes, ref job);
    }

    private struct Job : ITeamJob
    {
        public Arguments Arguments;
        public bool IsBackward;
        public int PartPlanes;
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
            bool global = Arguments.OutHeight == 1 && Arguments.OutWidth == 1;
            int last = Math.Min(Arguments.Planes, (part + 1) * PartPlanes);
            for (int plane = part * PartPlanes; plane < last; plane++)
            {
                switch (IsBackward, global)
                {
                    case (false, true): Arguments.Output[plane] = Mean<TV>(plane); break;
                    case (false, false): Pool(plane); break;
                    case (true, true): Spread<TV>(plane); break;
                    default: Unpool(plane); break;
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly float Mean<TV>(int plane)
            where TV : unmanaged, ILanes<TV>
        {
            int size = Arguments.Size;
            float* x = Arguments.Input + ((long)plane * size);
            double sum = 0;
            for (int p = 0; p < size; p += Moments.BlockCount)
            {
                int last = Math.Min(size, p + Moments.BlockCount);
                TV s = TV.Splat(0f);
                for (int i = p; i < last; i += 16) s += TV.LoadPartial(x + i, Math.Min(16, last - i));
                sum += s.Sum();
            }

            return (float)(sum / size);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Spread<TV>(int plane)
            where TV : unmanaged, ILanes<TV>
        {
            int size = Arguments.Size;
            long first = (long)plane * size;
            TV gradient = TV.Splat(Arguments.OutputGradient[plane] / size);
            for (int i = 0; i < size; i += 16)
            {
                int left = Math.Min(16, size - i);
                TV kept = gradient;
                if (Arguments.ReluMask != null) kept &= TV.Less(TV.Splat(0f), TV.LoadPartial(Arguments.ReluMask + first + i, left));
                kept.StorePartial(Arguments.InputGradient + first + i, left);
            }
        }

        private readonly void Pool(int plane)
        {
            float* x = Arguments.Input + ((long)plane * Arguments.Size);
            float* y = Arguments.Output + ((long)plane * Arguments.OutHeight * Arguments.OutWidth);
            for (int row = 0; row < Arguments.OutHeight; row++)
            {
                (int top, int bottom) = Window(row, Arguments.Height, Arguments.OutHeight);
                for (int column = 0; column < Arguments.OutWidth; column++)
                {
                    (int left, int right) = Window(column, Arguments.Width, Arguments.OutWidth);
                    double sum = 0;
                    for (int i = top; i < bottom; i++)
                    {
                        for (int j = left; j < right; j++) sum += x[(i * Arguments.Width) + j];
                    }

                    *y++ = (float)(sum / ((bottom - top) * (right - left)));
                }
            }
        }

        private readonly void Unpool(int plane)
        {
            long first = (long)plane * Arguments.Size;
            float* dx = Arguments.InputGradient + first;
            float* dy = Arguments.OutputGradient + ((long)plane * Arguments.OutHeight * Arguments.OutWidth);
            new Span<float>(dx, Arguments.Size).Clear();
            for (int row = 0; row < Arguments.OutHeight; row++)
            {
                (int top, int bottom) = Window(row, Arguments.Height, Arguments.OutHeight);
                for (int column = 0; column < Arguments.OutWidth; column++)
                {
                    (int left, int right) = Window(column, Arguments.Width, Arguments.OutWidth);
                    float share = *dy++ / ((bottom - top) * (right - left));
                    for (int i = top; i < bottom; i++)
                    {
                        for (int j = left; j < right; j++) dx[(i * Arguments.Width) + j] += share;
                    }
                }
            }

            if (Arguments.ReluMask != null)
            {
                for (int i = 0; i < Arguments.Size; i++) dx[i] = Arguments.ReluMask[first + i] > 0 ? dx[i] : 0f;
            }
        }

        private static (int First, int End) Window(int index, int size, int outputs) =>
            ((int)((long)index * size / outputs), (int)((((long)(index + 1) * size) + outputs - 1) / outputs));
    }
}
