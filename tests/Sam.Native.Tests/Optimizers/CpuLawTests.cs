using Sam.Native.Tests.Cpu;

namespace Sam.Native.Tests.Optimizers;

/// <summary>What holds for every variant on the CPU: the same bits for any number of threads and any width, and nothing allocated.</summary>
public sealed class CpuLawTests
{
    private const int Batch = 4;

    private static readonly float[] s_input = [0.7f, -1.1f, 0.4f, 1.6f];
    private static readonly float[] s_targets = [1, -1, 2, 0.5f];
    private static readonly int[] s_small = [37, 5, 16, 16, 300, 7];
    private static readonly int[] s_large = [70_000, 33, 64, 64, 20_000, 10];

    public static TheoryData<string> PerturbationsOfBatches() => LawTests.PerturbationsOfBatches();

    public static TheoryData<string> Bases() => [.. Variants.Bases.Keys];

    public static TheoryData<string> Combinations() => [.. Variants.Combinations.Keys];

    [Theory]
    [MemberData(nameof(PerturbationsOfBatches))]
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
    [MemberData(nameof(PerturbationsOfBatches))]
    public void HundredSteps_AllocateNothing(string perturbation) =>
        AssertAllocatesNothing(LawTests.Make(perturbation), new Sgd(0.01f, 0.9f), new SamOptions());

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
                    float[] actual = LawTests.Run(perturbation, baseOptimizer, options, s_large, threads, steps: 2);
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
        bool takesBatches = options.MicroBatch > 0 || perturbation.DataFraction < 1;
        Steps(model, sam, 12, takesBatches);
        long least = long.MaxValue;
        for (int run = 0; run < 3 && least > 0; run++)
        {
            // The runtime itself may allocate once on this thread while it compiles a method anew.
            long before = GC.GetAllocatedBytesForCurrentThread();
            Steps(model, sam, 100, takesBatches);
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
