using Sam.Native.Tests.Cpu;
using Sam.Tests;

namespace Sam.Native.Tests.Optimizers;

/// <summary>What holds for every variant on every device: exact restore, rho = 0 as the base optimizer, |eps| = rho, zero and bad gradients,
/// whole steps as their calls one by one.</summary>
public sealed class LawTests
{
    private const int Batch = 4;

    // |eps| is taken of differences of rounded weights: 6e-8 of weights near 0.5, over perturbations of 1e-3 each.
    private const double NormTolerance = 2e-4;

    private static readonly float[] s_input = [0.7f, -1.1f, 0.4f, 1.6f];
    private static readonly float[] s_targets = [1, -1, 2, 0.5f];
    private static readonly int[] s_small = [37, 5, 16, 16, 300, 7];

    public static TheoryData<string> Perturbations() =>
        [.. Variants.Perturbations.Keys.Where(static name => name != "none"), "msam", "esam", "esam of all", "random"];

    /// <summary>Those whose step begins with a gradient at the weights.</summary>
    public static TheoryData<string> PerturbationsByGradient() => Rows(static made => made.Direction != PerturbationDirection.Momentum, PerturbationsOfBatches());

    /// <summary>Those that stay where they are where there is no gradient.</summary>
    public static TheoryData<string> PerturbationsThatFollow() => Rows(static made => made.Direction != PerturbationDirection.Random, PerturbationsOfBatches());

    /// <summary>Those that go to the edge of the ball in one stride.</summary>
    public static TheoryData<string> PerturbationsToTheEdge() => Rows(static made => made is { IsNormalized: true, InnerSteps: 1 }
        && (made.WeightFraction == 1 || made.SubsetNorm == SubsetNorm.Chosen));

    /// <summary>Those that go there in several, each of its share.</summary>
    public static TheoryData<string> PerturbationsInStrides() => Rows(static made => made.InnerSteps > 1);

    /// <summary>With those that need the batch itself, so that they take no closure.</summary>
    public static TheoryData<string> PerturbationsOfBatches() => [.. Perturbations().Select(static row => row.Data), "esam data"];

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
    [MemberData(nameof(PerturbationsByGradient))]
    public void BadFirstGradient_SkipsTheStep(string perturbation)
    {
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
    [InlineData("sam", 0)]
    [InlineData("sam", 3)]
    [InlineData("esam data", 0)]
    public void BatchesInTheOptimizersOwnMemory_GiveTheBitsOfTheCallers(string perturbation, int microBatch)
    {
        SamOptions options = new() { MicroBatch = microBatch };
        float[] expected = Run(perturbation, static () => new Adam(0.1f), options, s_small, threads: 1, steps: 3, disturb: static (_, sam) => Steps(sam, inPlace: false));
        float[] actual = Run(perturbation, static () => new Adam(0.1f), options, s_small, threads: 1, steps: 3, disturb: static (_, sam) => Steps(sam, inPlace: true));
        Bits.AssertEqual(expected, actual, perturbation);

        static void Steps(SamOptimizer sam, bool inPlace)
        {
            for (int i = 0; i < 5; i++)
            {
                // The last one is of more examples than a pass takes, where the options cut them.
                int examples = sam.Options.MicroBatch > 0 && i == 4 ? 3 * Batch : Batch - (i & 1);
                float[] own = new float[examples];
                Span<float> input = inPlace ? sam.NextInput(examples) : own;
                for (int k = 0; k < examples; k++) input[k] = s_input[k % Batch] + (0.1f * i);
                sam.Step(input, new float[examples]);
            }
        }
    }

    public static TheoryData<string, int> StepsOfOneGradient()
    {
        TheoryData<string, int> rows = [];
        foreach (string name in s_onePass.Keys)
        {
            for (int way = 0; way < 4; way++)
            {
                rows.Add(name, way);
            }
        }

        return rows;
    }

    // Steps of one gradient, or that have some: what LookSAM keeps, intervals, MSAM, rho = 0, and accumulation.
    private static readonly Dictionary<string, (string Perturbation, SamOptions Options)> s_onePass = new()
    {
        ["looksam"] = ("sam", new SamOptions { Combination = Combination.LookSam(3) }),
        ["looksam by tensor, clipped"] = ("asam",
            new SamOptions { Combination = Combination.LookSam(2, byTensor: true), Clipping = GradientClipping.ByNorm(0.01f, ClippedGradients.Both) }),
        ["interval"] = ("sam", new SamOptions { Interval = 2, Combination = Combination.Gsam() }),
        ["interval of msam"] = ("msam", new SamOptions { Interval = 2 }),
        ["msam, decay in the loss"] = ("msam", new SamOptions { LossDecay = 0.01f }),
        ["none, clipped by value"] = ("none", new SamOptions { Clipping = GradientClipping.ByValue(0.01f) }),
        ["rho falls to 0"] = ("sam", new SamOptions { Rho = Schedule.Linear(0.1f, 0, 2), Combination = Combination.Wsam() }),
    };

    [Theory]
    [MemberData(nameof(StepsOfOneGradient))]
    public void BadGradientInAStepOfOne_ChangesNothing(string name, int way)
    {
        (string perturbation, SamOptions options) = s_onePass[name];
        options = options with { Averaging = WeightAveraging.Exponential(0.9f), Groups = [ParameterGroup.NoDecay()] };
        foreach (float poison in (float[])[float.NaN, float.PositiveInfinity])
        {
            float[] expected = Run(perturbation, static () => new AdamW(0.1f), options, s_small, threads: 1, steps: 6);
            float[] actual = Run(perturbation, static () => new AdamW(0.1f), options, s_small, threads: 1, steps: 6, disturb: Disturb);
            Bits.AssertEqual(expected, actual, name);

            void Disturb(FlatModel model, SamOptimizer sam)
            {
                float[] before = model.Copy();
                long updates = sam.BaseOptimizer.UpdateCount, averaged = sam.AveragedUpdates;
                ulong step = model.StepNumber;
                StepResult result = Step(model, sam, poison);
                model.Poison = 0;
                model.StepNumber = step;
                Assert.True(result.Skipped);
                Assert.Equal(updates, sam.BaseOptimizer.UpdateCount);
                Assert.Equal(averaged, sam.AveragedUpdates);
                Bits.AssertEqual(before, model.Copy(), "weights");
            }
        }

        // By batch, by closure, and in halves with the bad gradient in the first or in the second.
        StepResult Step(FlatModel model, SamOptimizer sam, float poison)
        {
            if (way == 0)
            {
                model.Poison = poison;
                return sam.Step(s_input, Loss.MeanSquaredError(s_targets));
            }

            if (way == 1)
            {
                return sam.Step(() => Gradient(poison));
            }

            if (sam.Perturbation.Direction != PerturbationDirection.Momentum)
            {
                Gradient(way == 2 ? poison : 0);
            }

            sam.FirstStep();
            Gradient(way == 3 || sam.Perturbation.Direction == PerturbationDirection.Momentum ? poison : 0);
            return sam.SecondStep();

            float Gradient(float value)
            {
                model.Poison = value;
                model.Forward(s_input);
                return model.Backward(Loss.MeanSquaredError(s_targets));
            }
        }
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
    [MemberData(nameof(PerturbationsOfBatches))]
    public void RhoOfZero_IsTheBaseOptimizerBitForBit(string perturbation)
    {
        // Every combination and cut of the batch, with an option that reaches into the first gradient or none.
        SamOptions[] cuts = [new(), new() { MicroBatch = 3 }, new() { MicroBatch = 3, PerturbsEachMicroBatch = true }];
        SamOptions[] extras = [new(), new() { LossDecay = 0.01f, Clipping = GradientClipping.ByNorm(0.5f, ClippedGradients.Both) }];
        int row = perturbation.Sum(static letter => letter);
        foreach (string baseOptimizer in Variants.Bases.Keys)
        {
            foreach (string combination in Variants.Combinations.Keys)
            {
                foreach ((SamOptions cut, SamOptions extra) in cuts.SelectMany(cut => extras.Select(extra => (cut, extra))))
                {
                    SamOptions options = extra with
                    {
                        Combination = Variants.Combinations[combination](),
                        MicroBatch = cut.MicroBatch,
                        PerturbsEachMicroBatch = cut.PerturbsEachMicroBatch,
                    };
                    if (!Fits(perturbation, baseOptimizer, options) || !TestedDevice.Takes(row++))
                    {
                        continue;
                    }

                    float[] plain = Run("none", Variants.Bases[baseOptimizer], options with { Combination = Combination.Plain }, s_small,
                        threads: 1, steps: 4);
                    float[] still = Run(perturbation, Variants.Bases[baseOptimizer], options, s_small, threads: 1, steps: 4, rho: 0);
                    Bits.AssertEqual(plain, still, $"{perturbation}, {combination} over {baseOptimizer}, {options}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(PerturbationsToTheEdge))]
    public void Perturbation_HasTheLengthRhoInItsNorm(string name)
    {
        Perturbation perturbation = Make(name);
        foreach (float rho in (float[])[0.01f, 0.3f])
        {
            using TestedDevice tested = TestedDevice.Open(2);
            using FlatModel model = new(tested.Device, Batch, s_small);
            using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f), perturbation with { Rho = rho });
            sam.Step(s_input, Loss.MeanSquaredError(s_targets));
            float expected = rho / perturbation.WeightFraction;
            double actual = Stride(model, sam);
            Assert.Equal(expected, actual, NormTolerance * Math.Max(1, expected));
            Assert.Equal(expected, sam.SecondStep().PerturbationNorm);
        }
    }

    [Theory]
    [MemberData(nameof(PerturbationsInStrides))]
    public void AscentSteps_EachHaveTheirShareOfRhoFromWhereTheyStart(string name)
    {
        Perturbation perturbation = Make(name);
        using TestedDevice tested = TestedDevice.Open();
        using FlatModel model = new(tested.Device, Batch, s_small);
        using SamOptimizer sam = new(model, new Sgd(0.1f), perturbation);
        for (int k = 0; k < perturbation.InnerSteps; k++)
        {
            Assert.Equal(perturbation.Rho / perturbation.InnerSteps, Stride(model, sam), NormTolerance);
            Assert.Equal(k + 1 < perturbation.InnerSteps, sam.NeedsAscent);
        }
    }

    [Theory]
    [InlineData(PerturbationScaling.None)]
    [InlineData(PerturbationScaling.Elementwise)]
    public void UnnormalizedPerturbation_IsRhoTimesTheScaledGradient(PerturbationScaling scaling)
    {
        using TestedDevice tested = TestedDevice.Open();
        using FlatModel model = new(tested.Device, Batch, s_small);
        Perturbation usam = Perturbation.Usam(0.2f) with { Scaling = scaling, Eta = 0.01f };
        using SamOptimizer sam = new(model, new Sgd(0.1f), usam);
        model.Forward(s_input);
        model.Backward(Loss.MeanSquaredError(s_targets));
        float[] before = model.Copy();
        double[] gradient = [.. Enumerable.Range(0, model.Parameters.Count).SelectMany(t => model.Parameters[t].CopyGradients()).Select(static g => (double)g)];
        sam.FirstStep();
        float[] moved = model.Copy();
        double squares = 0;
        for (int i = 0; i < before.Length; i++)
        {
            double scale = scaling == PerturbationScaling.None ? 1 : Math.Abs(before[i]) + 0.01f;
            Assert.Equal(before[i] + (0.2f * scale * scale * gradient[i]), moved[i], NormTolerance);
            squares += scale * gradient[i] * scale * gradient[i];
        }

        Assert.Equal(0.2f * Math.Sqrt(squares), sam.SecondStep().PerturbationNorm, NormTolerance);
    }

    [Fact]
    public void EfficientSamOfAll_LeavesOutTensorsAndStretchesTheRest()
    {
        // Over many choices of tensors the perturbation's mean is the whole one: of each tensor's length, 1 / beta at a share of beta.
        using TestedDevice tested = TestedDevice.Open();
        using FlatModel model = new(tested.Device, Batch, s_small), whole = new(tested.Device, Batch, s_small);
        using SamOptimizer sam = new(model, new Sgd(0), Make("esam of all")), plain = new(whole, new Sgd(0), Perturbation.Sam(0.1f));
        double[] expected = Moves(whole, plain);
        bool[] seen = new bool[4];
        for (int step = 0; step < 20; step++)
        {
            double[] actual = Moves(model, sam);
            for (int t = 0; t < expected.Length; t++)
            {
                Assert.True(actual[t] == 0 || Math.Abs((2 * expected[t]) - actual[t]) < NormTolerance, $"tensor {t} moved by {actual[t]}");
                seen[(t % 2 * 2) + (actual[t] == 0 ? 0 : 1)] = true;
            }
        }

        Assert.DoesNotContain(false, seen);

        static double[] Moves(FlatModel model, SamOptimizer sam)
        {
            float[][] before = [.. Enumerable.Range(0, model.Parameters.Count).Select(i => model.Parameters[i].Copy())];
            model.Forward(s_input);
            model.Backward(Loss.MeanSquaredError(s_targets));
            sam.FirstStep();
            double[] moves = [.. before.Select((tensor, t) =>
                Math.Sqrt(tensor.Zip(model.Parameters[t].Copy(), static (w, moved) => Math.Pow(moved - (double)w, 2)).Sum()))];
            sam.SecondStep();
            return moves;
        }
    }

    [Fact]
    public void RandomPerturbation_IsTheSameForAnyGradient()
    {
        using TestedDevice tested = TestedDevice.Open();
        float[]? expected = null;
        foreach (float scale in (float[])[1, -3, 0])
        {
            using FlatModel model = new(tested.Device, Batch, s_small);
            using SamOptimizer sam = new(model, new Sgd(0.1f), Make("random"));
            model.Forward(s_input);
            model.Backward(Loss.MeanSquaredError(Shifted(model.Output, scale)));
            sam.FirstStep();
            float[] moved = model.Copy();
            expected ??= moved;
            Bits.AssertEqual(expected, moved, $"gradient times {scale}");
        }

        static float[] Shifted(ModelOutput output, float by)
        {
            float[] targets = new float[output.Length];
            for (int i = 0; i < targets.Length; i++)
            {
                targets[i] = output[i] - by;
            }

            return targets;
        }
    }

    // The length |T^-1 (w' - w)|_p of one FirstStep from the weights w, with T from w.
    private static double Stride(FlatModel model, SamOptimizer sam)
    {
        Perturbation perturbation = sam.Perturbation;
        float[][] before = [.. Enumerable.Range(0, model.Parameters.Count).Select(i => model.Parameters[i].Copy())];
        model.Forward(s_input);
        model.Backward(Loss.MeanSquaredError(s_targets));
        sam.FirstStep();
        double length = 0, largest = 0;
        for (int t = 0; t < before.Length; t++)
        {
            float[] after = model.Parameters[t].Copy();
            double norm = Math.Sqrt(before[t].Sum(static w => (double)w * w));
            bool shift = model.Parameters[t].Role is ParameterRole.Bias or ParameterRole.NormalizationShift;
            for (int i = 0; i < before[t].Length; i++)
            {
                double scale = perturbation.Scaling switch
                {
                    PerturbationScaling.Elementwise or PerturbationScaling.Proportional when !(perturbation.ScalesWeightsOnly && shift) => Math.Abs(before[t][i]) + perturbation.Eta,
                    PerturbationScaling.Layerwise => norm,
                    _ => 1,
                };
                double moved = Math.Abs((double)after[i] - before[t][i]);
                double coordinate = moved == 0 ? 0 : moved / scale;
                largest = Math.Max(largest, coordinate);
                length += Math.Pow(coordinate, float.IsInfinity(perturbation.P) ? 1 : perturbation.P);
            }
        }

        return float.IsInfinity(perturbation.P) ? largest : Math.Pow(length, 1 / perturbation.P);
    }

    [Theory]
    [MemberData(nameof(PerturbationsThatFollow))]
    public void ZeroGradient_LeavesWeightsUnchanged(string perturbation)
    {
        using TestedDevice tested = TestedDevice.Open();
        using FlatModel model = new(tested.Device, Batch, s_small);
        Perturbation made = Make(perturbation);
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
    public void WholeStepsAndClosures_GiveTheSameBits(string perturbation) =>
        SameByClosures(perturbation, static () => new Sgd(0.1f, 0.9f), new SamOptions());

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Combination_GivesTheSameBitsByClosures(string combination) =>
        SameByClosures("sam", static () => new Sgd(0.1f, 0.9f), new SamOptions { Combination = Variants.Combinations[combination]() });

    [Theory]
    [MemberData(nameof(Bases))]
    public void Base_GivesTheSameBitsByClosures(string baseOptimizer) => SameByClosures("sam", Variants.Bases[baseOptimizer], new SamOptions());

    private static TheoryData<string> Rows(Predicate<Perturbation> fits, TheoryData<string>? of = null) =>
        [.. (of ?? Perturbations()).Select(static row => row.Data).Where(name => fits(Make(name)))];

    // What the optimizer refuses with an error has no row.
    internal static bool Fits(string perturbation, string baseOptimizer, SamOptions options)
    {
        bool combines = options.Combination.Kind != CombinationKind.Plain;
        Perturbation made = Make(perturbation);
        return made.Direction == PerturbationDirection.None ? !combines
            : made.Direction == PerturbationDirection.Momentum ? !combines && Variants.Bases[baseOptimizer]().MomentumSlot >= 0
            : made.WeightFraction == 1 || made.SubsetNorm == SubsetNorm.All ? made.DataFraction == 1 || options.MicroBatch == 0
            : !combines && options.LossDecay == 0 && (made.DataFraction == 1 || options.MicroBatch == 0);
    }

    internal static Perturbation Make(string name) => name switch
    {
        "msam" => Perturbation.Msam(0.3f),
        "esam" => Perturbation.Esam(0.1f, 0.5f, dataFraction: 1),
        "esam of all" => Perturbation.Esam(0.1f, 0.5f, dataFraction: 1) with { SubsetNorm = SubsetNorm.All },
        "esam data" => Perturbation.Esam(0.1f, 0.5f, dataFraction: 0.5f),
        "random" => Perturbation.Random(0.1f),
        _ => Variants.Perturbations[name](),
    };

    internal static float[] Run(
        string perturbation, Func<BaseOptimizer> baseOptimizer, SamOptions options, int[] counts, int threads, int steps,
            float rho = float.NaN, Action<FlatModel, SamOptimizer>? disturb = null, bool closures = false)
    {
        using TestedDevice tested = TestedDevice.Open(threads);
        using FlatModel model = new(tested.Device, Batch, counts);
        Perturbation made = Make(perturbation);
        using SamOptimizer sam = new(model, baseOptimizer(), float.IsNaN(rho) ? made : made with { Rho = rho }, options);
        for (int step = 0; step < steps; step++)
        {
            StepResult result = closures
                ? sam.Step(() =>
                {
                    model.Forward(s_input);
                    return model.Backward(Loss.MeanSquaredError(s_targets));
                })
                : sam.Step(s_input, Loss.MeanSquaredError(s_targets));
            Assert.False(result.Skipped);
            if (step < steps - 1)
            {
                disturb?.Invoke(model, sam);
            }
        }

        return model.Copy();
    }

    // A device that replays whole steps as graphs launches those of closures call by call. Enough steps that a graph of every kind of step of
    // an interval of three is replayed; twice, as one run gives the bits of the other.
    private static void SameByClosures(string perturbation, Func<BaseOptimizer> baseOptimizer, SamOptions options)
    {
        const int Steps = 9;
        float[] whole = Run(perturbation, baseOptimizer, options, s_small, threads: 2, Steps);
        Bits.AssertEqual(whole, Run(perturbation, baseOptimizer, options, s_small, threads: 2, Steps), "run again");
        Bits.AssertEqual(whole, Run(perturbation, baseOptimizer, options, s_small, threads: 2, Steps, closures: true), "closures");
    }
}
