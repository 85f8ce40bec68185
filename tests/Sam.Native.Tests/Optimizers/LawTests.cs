using Sam.Native.Tests.Cpu;

namespace Sam.Native.Tests.Optimizers;

/// <summary>What holds for every variant: exact restore, rho = 0 as the base optimizer, |eps| = rho, nothing allocated, the same bits
/// everywhere.</summary>
public sealed class LawTests
{
    private const int Batch = 4;

    // |eps| is taken of differences of rounded weights: 6e-8 of weights near 0.5, over perturbations of 1e-3 each.
    private const double NormTolerance = 2e-4;

    private static readonly float[] s_input = [0.7f, -1.1f, 0.4f, 1.6f];
    private static readonly float[] s_targets = [1, -1, 2, 0.5f];
    private static readonly int[] s_small = [37, 5, 16, 16, 300, 7];
    private static readonly int[] s_large = [70_000, 33, 64, 64, 20_000, 10];

    public static TheoryData<string> Perturbations() =>
        [.. Variants.Perturbations.Keys.Where(static name => name != "none"), "msam", "esam", "random"];

    public static TheoryData<string> Bases() => [.. Variants.Bases.Keys];

    public static TheoryData<string> Combinations() => [.. Variants.Combinations.Keys];

    [Theory]
    [MemberData(nameof(Perturbations))]
    public void BadSecondGradient_LeavesWeightsAndOptimizerAsTheyWere(string perturbation)
    {
        foreach (float poison in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            float[] expected = Run(perturbation, static () => new Sgd(0.1f, 0.9f), new SamOptions(), s_small, threads: 1, steps: 3);
            float[] actual = Run(perturbation, static () => new Sgd(0.1f, 0.9f), new SamOptions(), s_small, threads: 1, steps: 3,
                disturb: Disturb);
            Bits.AssertEqual(expected, actual, perturbation);

            void Disturb(FlatModel model, SamOptimizer sam)
            {
                float[] before = model.Copy();
                int calls = 0;
                ulong step = model.StepNumber;
                StepResult result = sam.Step(() =>
                {
                    // Bad from the second pass on; in steps of one pass, in that.
                    bool bad = ++calls > 1 || sam.Perturbation.Direction == PerturbationDirection.Momentum;
                    model.Poison = bad ? poison : 0;
                    model.Forward(s_input);
                    return model.Backward(Loss.MeanSquaredError(s_targets));
                });
                model.Poison = 0;
                model.StepNumber = step;
                Assert.True(result.Skipped);
                Bits.AssertEqual(before, model.Copy(), "restored weights");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Perturbations))]
    public void BadFirstGradient_SkipsTheStep(string perturbation)
    {
        Assert.SkipWhen(perturbation == "msam", "it takes no first gradient");
        float[] expected = Run(perturbation, static () => new Adam(0.1f), new SamOptions(), s_small, threads: 1, steps: 3);
        float[] actual = Run(perturbation, static () => new Adam(0.1f), new SamOptions(), s_small, threads: 1, steps: 3,
            disturb: static (model, sam) =>
        {
            float[] before = model.Copy();
            ulong step = model.StepNumber;
            model.Poison = float.NaN;
            StepResult result = sam.Step(s_input, Loss.MeanSquaredError(s_targets));
            model.Poison = 0;
            model.StepNumber = step;
            Assert.True(result.Skipped);
            Assert.True(float.IsNaN(result.PerturbedLoss));
            Bits.AssertEqual(before, model.Copy(), "untouched weights");
        });
        Bits.AssertEqual(expected, actual, perturbation);
    }

    [Theory]
    [MemberData(nameof(Perturbations))]
    public void MissingSecondGradientAndThrowingClosures_RestoreTheWeights(string perturbation)
    {
        float[] expected = Run(perturbation, static () => new Sgd(0.1f, 0.9f), new SamOptions(), s_small, threads: 1, steps: 2);
        float[] actual = Run(perturbation, static () => new Sgd(0.1f, 0.9f), new SamOptions(), s_small, threads: 1, steps: 2,
            disturb: static (model, sam) =>
        {
            float[] before = model.Copy();
            ulong step = model.StepNumber;
            for (int i = 0; i < sam.Perturbation.InnerSteps; i++)
            {
                model.Forward(s_input);
                model.Backward(Loss.MeanSquaredError(s_targets));
                sam.FirstStep();
            }

            StepResult result = sam.SecondStep();
            Assert.True(result.Skipped);
            Bits.AssertEqual(before, model.Copy(), "restored weights");
            foreach (int failing in (int[])[1, 2])
            {
                int calls = 0;
                Assert.Throws<TimeoutException>(() => sam.Step(() =>
                {
                    if (++calls >= failing || sam.Perturbation.Direction == PerturbationDirection.Momentum)
                    {
                        throw new TimeoutException();
                    }

                    model.Forward(s_input);
                    return model.Backward(Loss.MeanSquaredError(s_targets));
                }));
                Bits.AssertEqual(before, model.Copy(), "restored weights");
            }

            model.StepNumber = step;
        });
        Bits.AssertEqual(expected, actual, perturbation);
    }

    [Theory]
    [MemberData(nameof(Perturbations))]
    public void RhoOfZero_IsTheBaseOptimizerBitForBit(string perturbation)
    {
        foreach (string baseOptimizer in Variants.Bases.Keys)
        {
            if (perturbation == "msam" && Variants.Bases[baseOptimizer]().MomentumSlot < 0)
            {
                continue;
            }

            float[] plain = Run("none", Variants.Bases[baseOptimizer], new SamOptions(), s_small, threads: 1, steps: 3);
            float[] still = Run(perturbation, Variants.Bases[baseOptimizer], new SamOptions(), s_small, threads: 1, steps: 3, rho: 0);
            Bits.AssertEqual(plain, still, $"{perturbation} over {baseOptimizer}");
        }
    }

    [Theory]
    [MemberData(nameof(Perturbations))]
    public void Perturbation_HasTheLengthRhoInItsNorm(string name)
    {
        Perturbation perturbation = Make(name);
        Assert.SkipWhen(name is "usam" or "esam" || perturbation.InnerSteps > 1, "its length is another");
        foreach (float rho in (float[])[0.01f, 0.3f])
        {
            using Device device = Device.Cpu(new DeviceOptions { Threads = 2 });
            using FlatModel model = new(device, Batch, s_small);
            using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), perturbation with { Rho = rho });
            sam.Step(s_input, Loss.MeanSquaredError(s_targets));
            double length = 0, largest = 0;
            float[][] before = [.. Enumerable.Range(0, model.Parameters.Count).Select(i => model.Parameters[i].Values.ToArray())];
            model.Forward(s_input);
            model.Backward(Loss.MeanSquaredError(s_targets));
            sam.FirstStep();
            for (int t = 0; t < before.Length; t++)
            {
                double norm = Math.Sqrt(before[t].Sum(static w => (double)w * w));
                bool shift = model.Parameters[t].Role is ParameterRole.Bias or ParameterRole.NormalizationShift;
                for (int i = 0; i < before[t].Length; i++)
                {
                    double scale = perturbation.Scaling switch
                    {
                        PerturbationScaling.Elementwise when !(perturbation.ScalesWeightsOnly && shift) =>
                            Math.Abs(before[t][i]) + perturbation.Eta,
                        PerturbationScaling.Layerwise => norm,
                        _ => 1,
                    };
                    double moved = Math.Abs((double)model.Parameters[t].Values[i] - before[t][i]);
                    double coordinate = moved == 0 ? 0 : moved / scale;
                    largest = Math.Max(largest, coordinate);
                    length += Math.Pow(coordinate, float.IsInfinity(perturbation.P) ? 1 : perturbation.P);
                }
            }

            double actual = float.IsInfinity(perturbation.P) ? largest : Math.Pow(length, 1 / perturbation.P);
            float reported = sam.SecondStep().PerturbationNorm;
            Assert.Equal(rho, actual, NormTolerance * Math.Max(1, rho));
            Assert.Equal(rho, reported);
        }
    }

    [Theory]
    [MemberData(nameof(Perturbations))]
    public void ZeroGradient_LeavesWeightsUnchanged(string perturbation)
    {
        using Device device = Device.Cpu();
        using FlatModel model = new(device, Batch, s_small);
        Perturbation made = Make(perturbation);
        Assert.SkipWhen(perturbation == "random", "its direction is not the gradient's");
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), made);
        float[] before = model.Copy();
        float[] zeros = new float[Batch];
        StepResult result = sam.Step(zeros, Loss.MeanSquaredError(zeros));
        Assert.False(result.Skipped);
        Assert.Equal(0, result.PerturbationNorm);
        Assert.Equal(0, result.GradientNorm);
        Bits.AssertEqual(before, model.Copy(), perturbation);
    }

    [Theory]
    [MemberData(nameof(Perturbations))]
    public void SameBits_ForAnyNumberOfThreadsAndWidth(string perturbation) =>
        SameEverywhere(perturbation, static () => new Sgd(0.1f, 0.9f), new SamOptions());

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Combination_HasTheSameBitsForAnyNumberOfThreadsAndWidth(string combination) =>
        SameEverywhere("sam", static () => new Sgd(0.1f, 0.9f), new SamOptions { Combination = Variants.Combinations[combination]() });

    [Theory]
    [MemberData(nameof(Bases))]
    public void Base_HasTheSameBitsForAnyNumberOfThreadsAndWidth(string baseOptimizer) =>
        SameEverywhere("sam", Variants.Bases[baseOptimizer], new SamOptions());

    [Theory]
    [MemberData(nameof(Perturbations))]
    public void HundredSteps_AllocateNothing(string perturbation) =>
        AssertAllocatesNothing(Make(perturbation), new Sgd(0.01f, 0.9f), new SamOptions());

    [Theory]
    [MemberData(nameof(Combinations))]
    public void HundredStepsOfCombination_AllocateNothing(string combination)
    {
        SamOptions options = new()
        {
            Combination = Variants.Combinations[combination](),
            Groups = [ParameterGroup.NoDecay()],
            LearningRate = Schedule.Cosine(0.1f, 0, 100).WithWarmup(10),
            Rho = Schedule.ProportionalToLearningRate(0.01f, 0.1f, 0, 0.1f),
            Clipping = GradientClipping.ByNorm(1),
            Averaging = WeightAveraging.Exponential(),
            LossScaling = new LossScaling(),
            LossDecay = 1e-4f,
        };
        AssertAllocatesNothing(Perturbation.Asam(), new AdamW(0.01f), options);
    }

    [Theory]
    [MemberData(nameof(Bases))]
    public void HundredStepsOfBase_AllocateNothing(string baseOptimizer) =>
        AssertAllocatesNothing(Perturbation.Sam(), Variants.Bases[baseOptimizer](),
            new SamOptions { MicroBatch = 2, PerturbsEachMicroBatch = true });

    internal static Perturbation Make(string name) => name switch
    {
        "msam" => Perturbation.Msam(0.3f),
        "esam" => Perturbation.Esam(0.1f, 0.5f, dataFraction: 1),
        "random" => Perturbation.Random(0.1f),
        _ => Variants.Perturbations[name](),
    };

    private static float[] Run(
        string perturbation, Func<BaseOptimizer> baseOptimizer, SamOptions options, int[] counts, int threads, int steps,
            float rho = float.NaN, Action<FlatModel, SamOptimizer>? disturb = null)
    {
        using Device device = Device.Cpu(new DeviceOptions { Threads = threads });
        using FlatModel model = new(device, Batch, counts);
        Perturbation made = Make(perturbation);
        using SamOptimizer sam = new(model, baseOptimizer(), float.IsNaN(rho) ? made : made with { Rho = rho }, options);
        for (int step = 0; step < steps; step++)
        {
            Assert.False(sam.Step(s_input, Loss.MeanSquaredError(s_targets)).Skipped);
            if (step < steps - 1)
            {
                disturb?.Invoke(model, sam);
            }
        }

        return model.Copy();
    }

    private static void SameEverywhere(string perturbation, Func<BaseOptimizer> baseOptimizer, SamOptions options)
    {
        float[]? expected = null;
        foreach (int threads in (int[])[1, 2, 3])
        {
            foreach (Native.Cpu.VectorWidth width in Bits.Widths)
            {
                Native.Cpu.Simd.Force(width);
                try
                {
                    float[] actual = Run(perturbation, baseOptimizer, options, s_large, threads, steps: 2);
                    expected ??= actual;
                    Bits.AssertEqual(expected, actual, $"{threads} threads, {width}");
                }
                finally
                {
                    Native.Cpu.Simd.Force(null);
                }
            }
        }
    }

    private static void AssertAllocatesNothing(Perturbation perturbation, BaseOptimizer baseOptimizer, SamOptions options)
    {
        using Device device = Device.Cpu(new DeviceOptions { Threads = 1 });
        using FlatModel model = new(device, Batch, s_small);
        using SamOptimizer sam = new(model, baseOptimizer, perturbation, options);
        Steps(model, sam, 12, options.MicroBatch > 0);
        long least = long.MaxValue;
        for (int run = 0; run < 3 && least > 0; run++)
        {
            // The runtime itself may allocate once on this thread while it compiles a method anew.
            long before = GC.GetAllocatedBytesForCurrentThread();
            Steps(model, sam, 100, options.MicroBatch > 0);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static void Steps(FlatModel model, SamOptimizer sam, int count, bool batchOnly)
    {
        Closure closure = new(model);
        for (int i = 0; i < count; i++)
        {
            sam.Step(s_input, Loss.MeanSquaredError(s_targets));
            if (batchOnly)
            {
                continue;
            }

            sam.Step(ref closure);
            closure.Invoke();
            sam.FirstStep();
            while (sam.NeedsAscent)
            {
                closure.Invoke();
                sam.FirstStep();
            }

            closure.Invoke();
            sam.SecondStep();
        }
    }

    private readonly struct Closure(FlatModel model) : IStepClosure
    {
        public float Invoke()
        {
            model.Forward(s_input);
            return model.Backward(Loss.MeanSquaredError(s_targets));
        }
    }
}
