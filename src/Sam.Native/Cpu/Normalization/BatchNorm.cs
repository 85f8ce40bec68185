namespace Sam.Native.Cpu;

/// <summary>Batch normalisation with the shortcut and the ReLU behind it, forward and backward.</summary>
/// <remarks>
/// A channel is one unit of work: its statistics and then its outputs, so that the second pass finds the channel in the second-level cache.
/// Statistics are summed in the order of <see cref="Moments"/>. The sums of the backward pass are made over the same blocks: of a plane's
/// piece, the full groups of 32 elements go to 32 virtual lanes, what is left to the first 16, in float; blocks are added in double in
/// ascending order. Where channels are small, they are copied first and the planes of one channel count as a single plane, groups of 64
/// elements going to 64 lanes: see <see cref="BatchNormGroup"/>. Where a channel has one element per example, 16 channels are the unit
/// and lanes are channels: see <see cref="BatchNormColumns"/>. Which of these it is depends on the sizes and on what is fused. Channels
/// are independent, so the bits depend on neither threads nor width.
/// </remarks>
internal static unsafe class BatchNorm
{
    /// <summary>Elements that make a part of work worth handing to another thread.</summary>
    private const int PartCount = 16384;

    /// <summary>Everything a batch normalisation works on; null pointers where the contract allows them.</summary>
    public struct Arguments
    {
        public int Batch;
        public int Channels;
        public int Size;
        public float Epsilon;
        public float Momentum;
        public bool BatchStatistics;
        public bool UpdateStatistics;
        public bool Relu;
        public bool Accumulate;
        public float* Input;
        public float* Scale;
        public float* Shift;
        public float* Shortcut;
        public float* RunningMean;
        public float* RunningVariance;
        public float* Output;
        public float* Mean;
        public float* InverseDeviation;
        public float* OutputGradient;
        public float* AddedGradient;
        public float* InputGradient;
        public float* ScaleGradient;
        public float* ShiftGradient;
        public float* ShortcutGradient;

        /// <summary>Elements of a channel.</summary>
        public readonly long Count => (long)Batch * Size;

        /// <summary>The value below which outputs are cut off: 0 with a ReLU, else NaN, which nothing is below.</summary>
        public readonly float Floor => Relu ? 0f : float.NaN;

        /// <summary>Writes a channel's gradient of scale or shift, or adds it to what is there; a null target takes none.</summary>
        public readonly void Finish(float* target, int channel, double sum)
        {
            if (target != null) target[channel] = (Accumulate ? target[channel] : 0f) + (float)sum;
        }

        /// <summary>Mean and inverse deviation of a channel from the batch's moments or the running statistics; moves the running
        /// statistics where that is due.</summary>
        public readonly void Settle(int channel, in Moments moments)
        {
            double mean;
            double variance;
            if (BatchStatistics)
            {
                mean = moments.Mean;
                variance = moments.Variance;

                // One batch with a NaN or an infinity would make the running statistics useless for good.
                if (UpdateStatistics && RunningMean != null && double.IsFinite(mean) && double.IsFinite(variance))
                {
                    // One element has no unbiased variance; torch refuses it, here the biased one, 0, stands for it.
                    double unbiased = moments.SquaredDistance / Math.Max(1, moments.Count - 1);
                    RunningMean[channel] = (float)(((1 - (double)Momentum) * RunningMean[channel]) + (Momentum * mean));
                    RunningVariance[channel] = (float)(((1 - (double)Momentum) * RunningVariance[channel]) + (Momentum * unbiased));
                }
            }
            else
            {
                mean = RunningMean[channel];
                variance = RunningVariance[channel];
            }

            Mean[channel] = (float)mean;
            InverseDeviation[channel] = (float)(1 / Math.Sqrt(variance + Epsilon));
        }
    }

    /// <summary>The forward pass.</summary>
    /// <param name="team">The team, whose scratch memory holds copies of small planes.</param>
    /// <param name="arguments">What it works on.</param>
    public static void Forward(WorkerTeam team, in Arguments arguments)
    {
        if (arguments.Size == 1)
        {
            BatchNormColumns.Forward(team, arguments);
            return;
        }

        int group = BatchNormGroup.ForwardChannels(arguments);
        if (group > 0)
        {
            RunGroups(team, arguments, group, isBackward: false);
            return;
        }

        ForwardJob job = new() { Arguments = arguments, Width = Simd.Width, PartChannels = ChannelsPerPart(arguments) };
        team.Dispatch(Parts(arguments, job.PartChannels), ref job);
    }

    /// <summary>The backward pass.</summary>
    /// <param name="team">The team, whose scratch memory holds copies of small planes.</param>
    /// <param name="arguments">What it works on.</param>
    public static void Backward(WorkerTeam team, in Arguments arguments)
    {
        if (arguments.Size == 1)
        {
            BatchNormColumns.Backward(team, arguments);
            return;
        }

        int group = BatchNormGroup.BackwardChannels(arguments);
        if (group > 0)
        {
            RunGroups(team, arguments, group, isBackward: true);
            return;
        }

        BackwardJob job = new() { Arguments = arguments, Width = Simd.Width, PartChannels = ChannelsPerPart(arguments) };
        team.Dispatch(Parts(arguments, job.PartChannels), ref job);
    }

    private static int ChannelsPerPart(in Arguments arguments) => (int)Math.Max(1, PartCount / arguments.Count);

    private static int Parts(in Arguments arguments, int partChannels) => (arguments.Channels + partChannels - 1) / partChannels;

    private static void RunGroups(WorkerTeam team, in Arguments arguments, int group, bool isBackward)
    {
        int partChannels = (ChannelsPerPart(arguments) + group - 1) / group * group;
        GroupJob job = new()
        {
            Arguments = arguments,
            IsBackward = isBackward,
            Group = group,
            PartChannels = partChannels,
            Width = Simd.Width,
            Scratch = team.Scratch(0),
        };
        team.Run(Parts(arguments, partChannels), ref job);
    }

    private struct GroupJob : ITeamJob
    {
        public Arguments Arguments;
        public bool IsBackward;
        public int Group;
        public int PartChannels;
        public VectorWidth Width;
        public byte* Scratch;

        public readonly void Invoke(int part, int worker)
        {
            float* scratch = (float*)(Scratch + ((nint)worker * WorkerTeam.ScratchBytes));
            int last = Math.Min(Arguments.Channels, (part + 1) * PartChannels);
            for (int channel = part * PartChannels; channel < last; channel += Group)
            {
                int channels = Math.Min(Group, last - channel);
                switch (Width)
                {
                    case VectorWidth.Vector512: Run<Lanes512>(channel, channels, scratch); break;
                    case VectorWidth.Vector256: Run<Lanes256>(channel, channels, scratch); break;
                    default: Run<Lanes128>(channel, channels, scratch); break;
                }
            }
        }

        private readonly void Run<TV>(int channel, int channels, float* scratch)
            where TV : unmanaged, ILanes<TV>
        {
            if (IsBackward)
            {
                BatchNormGroup.Backward<TV>(Arguments, channel, channels, scratch);
            }
            else
            {
                BatchNormGroup.Forward<TV>(Arguments, channel, channels, scratch);
            }
        }
    }

    private struct ForwardJob : ITeamJob
    {
        public Arguments Arguments;
        public VectorWidth Width;
        public int PartChannels;

        public readonly void Invoke(int part, int worker)
        {
            int last = Math.Min(Arguments.Channels, (part + 1) * PartChannels);
            for (int channel = part * PartChannels; channel < last; channel++)
            {
                switch (Width)
                {
                    case VectorWidth.Vector512: BatchNormChannel.Forward<Lanes512>(Arguments, channel); break;
                    case VectorWidth.Vector256: BatchNormChannel.Forward<Lanes256>(Arguments, channel); break;
                    default: BatchNormChannel.Forward<Lanes128>(Arguments, channel); break;
                }
            }
        }
    }

    private struct BackwardJob : ITeamJob
    {
        public Arguments Arguments;
        public VectorWidth Width;
        public int PartChannels;

        public readonly void Invoke(int part, int worker)
        {
            int last = Math.Min(Arguments.Channels, (part + 1) * PartChannels);
            for (int channel = part * PartChannels; channel < last; channel++)
            {
                switch (Width)
                {
                    case VectorWidth.Vector512: BatchNormChannel.Backward<Lanes512>(Arguments, channel); break;
                    case VectorWidth.Vector256: BatchNormChannel.Backward<Lanes256>(Arguments, channel); break;
                    default: BatchNormChannel.Backward<Lanes128>(Arguments, channel); break;
                }
            }
        }
    }
}
