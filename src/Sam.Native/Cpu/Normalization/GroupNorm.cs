using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Sam.Native.Cpu;

/// <summary>Group normalisation, forward and backward.</summary>
/// <remarks>The moments of an example's group are those of <see cref="Moments"/> over one plane of all its elements. The backward pass
/// sums each plane in
/// pieces of <see cref="Moments.BlockCount"/> elements, element p of a piece in virtual lane p mod 16, in float and then the tree of
/// <see cref="ILanes{TSelf}.Sum"/>; pieces, channels and examples in double in ascending order. A group is worked on by one thread through
/// all
/// examples, so the bits depend on neither threads nor width.</remarks>
internal static unsafe class GroupNorm
{
    /// <summary>What a group normalisation works on; null pointers where the contract allows them.</summary>
    public struct Arguments
    {
        public int Batch;
        public int Channels;
        public int Size;
        public int Groups;
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

    /// <summary>The forward pass.</summary>
    /// <param name="team">The team, or null for the calling thread.</param>
    /// <param name="arguments">What it works on.</param>
    public static void Forward(WorkerTeam? team, in Arguments arguments)
    {
        Job job = new() { Arguments = arguments, Width = Simd.Width };
        team.Dispatch(checked(arguments.Batch * arguments.Groups), ref job);
    }

    /// <summary>The backward pass.</summary>
    /// <param name="team">The team, whose scratch memory holds the sums of a group's channels.</param>
    /// <param name="arguments">What it works on; a group has at most 256 Ki channels.</param>
    public static void Backward(WorkerTeam team, in Arguments arguments)
    {
        Debug.Assert(
            arguments.Channels / arguments.Groups <= WorkerTeam.ScratchBytes / (2 * sizeof(double)), "The sums of a group's channels fit the scratch.");
        Job job = new() { Arguments = arguments, IsBackward = true, Width = Simd.Width, Scratch = team.Scratch(0) };
        team.Run(arguments.Groups, ref job);
    }

    private struct Job : ITeamJob
    {
        public Arguments Arguments;
        public bool IsBackward;
        public VectorWidth Width;
        public byte* Scratch;

        public readonly void Invoke(int part, int worker)
        {
            switch (Width)
            {
                case VectorWidth.Vector512: Run<Lanes512>(part, worker); break;
                case VectorWidth.Vector256: Run<Lanes256>(part, worker); break;
                default: Run<Lanes128>(part, worker); break;
            }
        }

        private readonly void Run<TV>(int part, int worker)
            where TV : unmanaged, ILanes<TV>
        {
            if (IsBackward)
            {
                Backward<TV>(part, (double*)(Scratch + ((long)worker * WorkerTeam.ScratchBytes)));
            }
            else
            {
                Forward<TV>(part / Arguments.Groups, part % Arguments.Groups);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Forward<TV>(int example, int group)
            where TV : unmanaged, ILanes<TV>
        {
            int channels = Arguments.Channels / Arguments.Groups;
            int place = (example * Arguments.Groups) + group;
            long first = (((long)example * Arguments.Channels) + (group * channels)) * Arguments.Size;
            Moments moments = Moments.Of<TV>(Arguments.Input + first, 1, 0, checked(channels * Arguments.Size));
            float inverse = (float)(1 / Math.Sqrt(moments.Variance + Arguments.Epsilon));
            Arguments.Mean[place] = (float)moments.Mean;
            Arguments.InverseDeviation[place] = inverse;
            TV mean = TV.Splat(Arguments.Mean[place]);
            for (int c = 0; c < channels; c++, first += Arguments.Size)
            {
                int channel = (group * channels) + c;
                TV factor = TV.Splat(Arguments.Scale == null ? inverse : inverse * Arguments.Scale[channel]);
                TV shift = TV.Splat(Arguments.Shift == null ? 0f : Arguments.Shift[channel]);
                for (int i = 0; i < Arguments.Size; i += 16)
                {
                    int left = Math.Min(16, Arguments.Size - i);
                    TV d = TV.LoadPartial(Arguments.Input + first + i, left) - mean;
                    TV.Fma(d, factor, shift).StorePartial(Arguments.Output + first + i, left);
                }
            }
        }

        private readonly void Backward<TV>(int group, double* scratch)
            where TV : unmanaged, ILanes<TV>
        {
            int channels = Arguments.Channels / Arguments.Groups;
            double* shiftSums = scratch;
            double* scaleSums = scratch + channels;
            new Span<double>(scratch, 2 * channels).Clear();
            for (int b = 0; b < Arguments.Batch; b++) Example<TV>(b, group, channels, shiftSums, scaleSums);
            for (int c = 0; c < channels; c++)
            {
                Finish(Arguments.ShiftGradient, (group * channels) + c, shiftSums[c]);
                Finish(Arguments.ScaleGradient, (group * channels) + c, scaleSums[c]);
            }
        }

        private readonly void Example<TV>(int example, int group, int channels, double* shiftSums, double* scaleSums)
            where TV : unmanaged, ILanes<TV>
        {
            int place = (example * Arguments.Groups) + group;
            long first = (((long)example * Arguments.Channels) + (group * channels)) * Arguments.Size;
            float mean = Arguments.Mean[place];
            double inverse = Arguments.InverseDeviation[place];
            double sum = 0;
            double products = 0;
            for (int c = 0; c < channels; c++)
            {
                double scale = Arguments.Scale == null ? 1 : Arguments.Scale[(group * channels) + c];
                Sums<TV>(first + ((long)c * Arguments.Size), mean, out double planeSum, out double planeProducts);
                sum += scale * planeSum;
                products += scale * planeProducts;
                shiftSums[c] += planeSum;
                scaleSums[c] += planeProducts * inverse;
            }

            if (Arguments.InputGradient == null) return;
            double count = (double)channels * Arguments.Size;
            float slope = (float)(-inverse * inverse * inverse * products / count);
            float offset = (float)(-inverse * sum / count);
            for (int c = 0; c < channels; c++)
            {
                float scale = Arguments.Scale == null ? 1 : Arguments.Scale[(group * channels) + c];
                Apply<TV>(first + ((long)c * Arguments.Size), mean, (float)inverse * scale, slope, offset);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Sums<TV>(long first, float center, out double sum, out double products)
            where TV : unmanaged, ILanes<TV>
        {
            TV mean = TV.Splat(center);
            sum = 0;
            products = 0;
            for (int p = 0; p < Arguments.Size; p += Moments.BlockCount)
            {
                int last = Math.Min(Arguments.Size, p + Moments.BlockCount);
                TV s = TV.Splat(0f), t = s;
                for (int i = p; i < last; i += 16)
                {
                    int left = Math.Min(16, last - i);
                    TV g = TV.LoadPartial(Arguments.OutputGradient + first + i, left);
                    s += g;
                    t = TV.Fma(g, TV.LoadPartial(Arguments.Input + first + i, left) - mean, t);
                }

                sum += s.Sum();
                products += t.Sum();
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Apply<TV>(long first, float center, float factor, float slope, float offset)
            where TV : unmanaged, ILanes<TV>
        {
            TV mean = TV.Splat(center), f = TV.Splat(factor), k = TV.Splat(slope), c = TV.Splat(offset);
            for (int i = 0; i < Arguments.Size; i += 16)
            {
                int left = Math.Min(16, Arguments.Size - i);
                TV d = TV.LoadPartial(Arguments.Input + first + i, left) - mean;
                TV g = TV.LoadPartial(Arguments.OutputGradient + first + i, left);
                TV.Fma(g, f, TV.Fma(d, k, c)).StorePartial(Arguments.InputGradient + first + i, left);
            }
        }

        private readonly void Finish(float* target, int channel, double sum)
        {
            if (target != null) target[channel] = (Arguments.Accumulate ? target[channel] : 0f) + (float)sum;
        }
    }
}
