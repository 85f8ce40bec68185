using Sam.Native.Tests.Cpu;

namespace Sam.Native.Tests.Optimizers;

/// <summary>Groups, clipping, averages, loss scaling, decay in the loss, micro-batches.</summary>
public sealed class OptionTests
{
    // A step in single precision on weights about 1.
    private const double Tolerance = 2e-6;

    private static readonly float[] s_input = [0.7f, -1.1f, 0.4f, 1.6f, -0.2f, 0.9f, 1.2f, -0.6f];
    private static readonly float[] s_targets = [1, -1, 2, 0.5f, 0, 1, -2, 1];

    [Fact]
    public void FrozenParameters_StayAndAreInNoNorm()
    {
        using Device device = Device.Cpu();
        using SyntheticModel model = new(device);
        model.Reset();
        SamOptions options = new() { Groups = [ParameterGroup.Named("fc2.*") with { IsFrozen = true }] };
        using SamOptimizer sam = new(model, new Sgd(0.1f, 0.9f, weightDecay: 0.1f), Perturbation.Sam(0.1f), options);
        double[][] gradient = SyntheticModel.Gradient(model.Weights(), 0);
        double norm = Math.Sqrt(gradient.Take(4).Sum(static tensor => tensor.Sum(static x => x * x)));
        float[] frozen = [.. model.Parameters["fc2.weight"].Values, .. model.Parameters["fc2.bias"].Values];
        StepResult result = sam.Step(() => model.Run(0));
        Assert.Equal(norm, result.GradientNorm, 1e-5);
        Bits.AssertEqual(frozen, [.. model.Parameters["fc2.weight"].Values, .. model.Parameters["fc2.bias"].Values], "frozen");
        Assert.NotEqual(SyntheticModel.Start(0)[0], model.Parameters[0].Values[0]);
    }

    [Fact]
    public void NoDecayGroup_DecaysWeightsOnly()
    {
        using Device device = Device.Cpu();
        using SyntheticModel model = new(device);
        model.Reset();
        using SamOptimizer sam = new(model, new Sgd(0.1f, weightDecay: 0.5f), Perturbation.None,
            new SamOptions { Groups = [ParameterGroup.NoDecay()] });
        double[][] w = model.Weights(), g = SyntheticModel.Gradient(w, 0);
        sam.Step(() => model.Run(0));
        for (int t = 0; t < w.Length; t++)
        {
            double decay = SyntheticModel.Tensors[t].Role == ParameterRole.Weight ? 0.5 : 0;
            for (int i = 0; i < w[t].Length; i++)
            {
                Assert.Equal(w[t][i] - (0.1 * (g[t][i] + (decay * w[t][i]))), model.Parameters[t].Values[i], Tolerance);
            }
        }
    }

    [Fact]
    public void GroupFactors_ScaleRateAndRho()
    {
        using Device device = Device.Cpu();
        using SyntheticModel model = new(device);
        model.Reset();
        SamOptions options = new()
        {
            Groups = [ParameterGroup.Named("bn.?????t") with { LearningRateFactor = 0.5f, RhoFactor = 3 },
            ParameterGroup.Named("*.bias") with { IsPerturbed = false }]
        };
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.2f), options);
        double[][] w = model.Weights(), g = SyntheticModel.Gradient(w, 0);
        double norm = Math.Sqrt(g.Where(static (_, t) =>
            !SyntheticModel.Tensors[t].Name.EndsWith("bias", StringComparison.Ordinal)).Sum(static tensor =>
            tensor.Sum(static x => x * x)));
        model.Run(0);
        sam.FirstStep();
        double[][] moved = model.Weights(), h = SyntheticModel.Gradient(moved, 0);
        model.Run(0);
        sam.SecondStep();
        for (int t = 0; t < w.Length; t++)
        {
            string name = SyntheticModel.Tensors[t].Name;
            double rho = name.EndsWith("bias", StringComparison.Ordinal) ? 0 : name == "bn.weight" ? 0.6 : 0.2;
            double rate = name == "bn.weight" ? 0.05 : 0.1;
            for (int i = 0; i < w[t].Length; i++)
            {
                Assert.Equal(w[t][i] + (rho * g[t][i] / norm), moved[t][i], Tolerance);
                Assert.Equal(w[t][i] - (rate * h[t][i]), model.Parameters[t].Values[i], Tolerance);
            }
        }
    }

    [Theory]
    [InlineData(ClippedGradients.First)]
    [InlineData(ClippedGradients.Second)]
    [InlineData(ClippedGradients.Both)]
    public void ClippingByNorm_ScalesTheGradientsItNames(ClippedGradients which)
    {
        using Device device = Device.Cpu();
        using SyntheticModel model = new(device);
        model.Reset();
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Usam(0.05f),
            new SamOptions { Clipping = GradientClipping.ByNorm(2, which) });
        double[][] w = model.Weights(), g = SyntheticModel.Gradient(w, 0);
        double first = which.HasFlag(ClippedGradients.First) ? Clip(g) : 1;
        double[][] moved = [.. w.Select((tensor, t) => tensor.Select((x, i) => x + (0.05 * first * g[t][i])).ToArray())];
        double[][] h = SyntheticModel.Gradient(moved, 0);
        double second = which.HasFlag(ClippedGradients.Second) ? Clip(h) : 1;
        sam.Step(() => model.Run(0));
        AssertMoved(model, w, h, 0.1 * second);

        static double Clip(double[][] gradient) =>
            Math.Min(1, 2 / (Math.Sqrt(gradient.Sum(static tensor => tensor.Sum(static x => x * x))) + 1e-6));
    }

    [Fact]
    public void ClippingByValue_LimitsEveryElement()
    {
        using Device device = Device.Cpu();
        using SyntheticModel model = new(device);
        model.Reset();
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.None, new SamOptions { Clipping = GradientClipping.ByValue(1.1f) });
        double[][] w = model.Weights();
        double[][] g = [.. SyntheticModel.Gradient(w, 0).Select(static tensor =>
            tensor.Select(static x => Math.Clamp(x, -1.1, 1.1)).ToArray())];
        sam.Step(() => model.Run(0));
        AssertMoved(model, w, g, 0.1);
    }

    [Fact]
    public void DecayInTheLoss_IsInBothGradientsAndInTheLoss()
    {
        using Device device = Device.Cpu();
        using SyntheticModel model = new(device);
        model.Reset();
        const double Lambda = 0.05;
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.3f), new SamOptions { LossDecay = (float)Lambda });
        double[][] w = model.Weights(), g = Objective(w, out double loss);
        double norm = Math.Sqrt(g.Sum(static tensor => tensor.Sum(static x => x * x)));
        double[][] moved = [.. w.Select((tensor, t) => tensor.Select((x, i) => x + (0.3 * g[t][i] / norm)).ToArray())];
        double[][] h = Objective(moved, out double perturbed);
        StepResult result = sam.Step(() => model.Run(0));
        Assert.Equal(loss, result.Loss, 1e-4);
        Assert.Equal(perturbed, result.PerturbedLoss, 1e-4);
        AssertMoved(model, w, h, 0.1);

        static double[][] Objective(double[][] weights, out double value)
        {
            value = SyntheticModel.Loss(weights, 0) + (Lambda * weights.Sum(static tensor => tensor.Sum(static x => x * x)));
            return [.. SyntheticModel.Gradient(weights, 0).Select((tensor, t) =>
                tensor.Select((x, i) => x + (2 * Lambda * weights[t][i])).ToArray())];
        }
    }

    [Fact]
    public void ExponentialAverage_FollowsTheWeightsAndSwapsIn()
    {
        using Device device = Device.Cpu();
        using SyntheticModel model = new(device);
        model.Reset();
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Sam(0.1f),
            new SamOptions { Averaging = WeightAveraging.Exponential(0.8f) });
        Assert.Throws<InvalidOperationException>(sam.SwapAverage);
        double[] mean = [];
        for (int step = 0; step < 5; step++)
        {
            sam.Step(() => model.Run(step));
            double[] now = [.. model.Weights().SelectMany(static tensor => tensor)];
            mean = step == 0 ? now : [.. mean.Select((x, i) => (0.8f * x) + ((1 - 0.8f) * now[i]))];
        }

        float[] trained = [.. model.Weights().SelectMany(static tensor => tensor).Select(static x => (float)x)];
        sam.SwapAverage();
        double[] average = [.. model.Weights().SelectMany(static tensor => tensor)];
        for (int i = 0; i < mean.Length; i++)
        {
            Assert.Equal(mean[i], average[i], Tolerance);
        }

        Assert.Throws<InvalidOperationException>(() => sam.Step(() => model.Run(0)));
        sam.SwapAverage();
        Bits.AssertEqual(trained, [.. model.Weights().SelectMany(static tensor => tensor).Select(static x => (float)x)], "swapped back");
        Assert.Equal(5, sam.AveragedUpdates);
    }

    [Fact]
    public void StochasticAverage_CountsEveryFewUpdatesFromTheStart()
    {
        using Device device = Device.Cpu();
        using SyntheticModel model = new(device);
        model.Reset();
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.None,
            new SamOptions { Averaging = WeightAveraging.Stochastic(start: 3, interval: 2) });
        List<double> seen = [];
        for (int step = 1; step <= 8; step++)
        {
            sam.Step(() => model.Run(step));
            if (step is 3 or 5 or 7)
            {
                seen.Add(model.Parameters[0].Values[0]);
            }
        }

        sam.SwapAverage();
        Assert.Equal(3, sam.AveragedUpdates);
        Assert.Equal(seen.Average(), model.Parameters[0].Values[0], Tolerance);
    }

    [Fact]
    public void LossScale_ChangesNoBitAndReactsToOverflow()
    {
        int[] counts = [300, 7];
        using Device device = Device.Cpu();
        using FlatModel plain = new(device, 8, counts);
        using FlatModel scaled = new(device, 8, counts);
        using SamOptimizer one = new(plain, new Adam(0.01f), Perturbation.Usam(0.1f));
        using SamOptimizer two = new(scaled, new Adam(0.01f), Perturbation.Usam(0.1f),
            new SamOptions { LossScaling = new LossScaling { InitialScale = 1024, GrowthInterval = 3 } });
        for (int step = 0; step < 5; step++)
        {
            StepResult expected = one.Step(s_input, s_targets);
            StepResult actual = two.Step(s_input, s_targets);
            Assert.Equal(expected, actual);
        }

        Bits.AssertEqual(plain.Copy(), scaled.Copy(), "weights");
        Assert.Equal(2048, two.LossScale);
        scaled.Poison = float.PositiveInfinity;
        Assert.True(two.Step(s_input, s_targets).Skipped);
        Assert.True(two.Step(s_input, s_targets).Skipped);
        scaled.Poison = 0;
        Assert.Equal(512, two.LossScale);
        Bits.AssertEqual(plain.Copy(), scaled.Copy(), "weights after skipped steps");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void AccumulatedMicroBatches_StepAsTheWholeBatch(int microBatch)
    {
        int[] counts = [300, 7];
        using Device device = Device.Cpu();
        using FlatModel whole = new(device, 8, counts);
        using FlatModel cut = new(device, microBatch, counts);
        using SamOptimizer one = new(whole, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.1f));
        using SamOptimizer two = new(cut, new Sgd(0.1f, 0.9f), Perturbation.Sam(0.1f), new SamOptions { MicroBatch = microBatch });
        for (int step = 0; step < 3; step++)
        {
            StepResult expected = one.Step(s_input, s_targets);
            StepResult actual = two.Step(s_input, s_targets);
            Assert.Equal(expected.Loss, actual.Loss, 1e-5f);
            Assert.Equal(expected.PerturbedLoss, actual.PerturbedLoss, 1e-5f);
        }

        float[] a = whole.Copy(), b = cut.Copy();
        for (int i = 0; i < a.Length; i++)
        {
            Assert.Equal(a[i], b[i], Tolerance);
        }
    }

    public static TheoryData<string> Combinations() => [.. Variants.Combinations.Keys];

    [Theory]
    [MemberData(nameof(Combinations))]
    public void MSharpnessOfOneMicroBatch_IsTheStepOfTheBatch(string combination)
    {
        int[] counts = [300, 7];
        using Device device = Device.Cpu();
        using FlatModel whole = new(device, 8, counts);
        using FlatModel cut = new(device, 8, counts);
        // GSAM's gradients are clipped before they are combined, or, where each piece is combined by itself, their mean is: not the same.
        bool clips = !combination.StartsWith("gsam", StringComparison.Ordinal);
        SamOptions options = new() { Combination = Variants.Combinations[combination](), Clipping = clips ? GradientClipping.ByNorm(0.1f) : null };
        using SamOptimizer one = new(whole, new Sgd(0.1f, 0.9f), Perturbation.Asam(5), options);
        using SamOptimizer two = new(
            cut, new Sgd(0.1f, 0.9f), Perturbation.Asam(5), options with { MicroBatch = 8, PerturbsEachMicroBatch = true });
        for (int step = 0; step < 5; step++)
        {
            one.Step(s_input, s_targets);
            two.Step(s_input, s_targets);
        }

        float[] a = whole.Copy(), b = cut.Copy();
        for (int i = 0; i < a.Length; i++)
        {
            Assert.Equal(a[i], b[i], Tolerance);
        }

        Assert.Throws<InvalidOperationException>(() => two.Step(() => 0));
        Assert.Throws<InvalidOperationException>(two.FirstStep);
    }

    [Fact]
    public void WeightedSharpnessOfMicroBatches_CombinesTheMeans()
    {
        using Device device = Device.Cpu();
        using FlatModel cut = new(device, 4, 300, 7);
        using FlatModel hand = new(device, 4, 300, 7);
        SamOptions options = new() { Combination = Combination.Wsam(0.8f), MicroBatch = 4, PerturbsEachMicroBatch = true };
        using SamOptimizer sam = new(cut, new Sgd(0.1f), Perturbation.Sam(0.5f), options);
        float[] start = hand.Copy();
        double[] g = new double[start.Length], h = new double[start.Length];
        using (SamOptimizer probe = new(hand, new Sgd(0), Perturbation.Sam(0.5f)))
        {
            for (int piece = 0; piece < 2; piece++)
            {
                Add(g, piece);
                probe.FirstStep();
                Add(h, piece);
                probe.SecondStep();
            }
        }

        sam.Step(s_input, s_targets);
        float[] after = cut.Copy();
        for (int i = 0; i < start.Length; i++)
        {
            Assert.Equal(start[i] - (0.1 * g[i]) - (0.1 * 4 * (h[i] - g[i])), after[i], Tolerance);
        }

        void Add(double[] sum, int piece)
        {
            hand.Forward(s_input.AsSpan(piece * 4, 4));
            hand.Backward(Loss.MeanSquaredError(s_targets.AsSpan(piece * 4, 4)));
            int at = 0;
            foreach (Parameter parameter in hand.Parameters)
            {
                foreach (float value in parameter.Gradients)
                {
                    sum[at++] += value / 2.0;
                }
            }
        }
    }

    [Theory]
    [InlineData(FriendlyAverage.Paper, Reduction.Mean)]
    [InlineData(FriendlyAverage.Code, Reduction.Mean)]
    [InlineData(FriendlyAverage.Direction, Reduction.Mean)]
    [InlineData(FriendlyAverage.Paper, Reduction.Sum)]
    public void FriendlySharpnessOfMicroBatches_TurnsEachByTheAverageOfTheStepsBefore(FriendlyAverage form, Reduction reduction)
    {
        const double Rho = 0.5, Sigma = 0.8, Lambda = 0.6, Rate = 0.01;
        using Device device = Device.Cpu();
        using FlatModel model = new(device, 4, 300, 7), oracle = new(device, 4, 300, 7);
        SamOptions options = new() { MicroBatch = 3, PerturbsEachMicroBatch = true };
        using SamOptimizer sam = new(model, new Sgd((float)Rate), Perturbation.Friendly((float)Rho, (float)Sigma, (float)Lambda, form), options);
        double[] w = [.. oracle.Copy().Select(static x => (double)x)];
        double[]? average = null;
        for (int step = 0; step < 3; step++)
        {
            sam.Step(s_input, Loss.MeanSquaredError(s_targets, reduction));
            double[] update = new double[w.Length], next = new double[w.Length];
            for (int start = 0; start < 8; start += 3)
            {
                int count = Math.Min(3, 8 - start);
                double weight = reduction == Reduction.Mean ? count / 8.0 : 1, share = reduction == Reduction.Mean ? weight : 1 / 3.0;
                double[] g = Gradient(w, start, count), d = new double[w.Length], own = new double[w.Length];
                for (int i = 0; i < w.Length; i++)
                {
                    double before = average?[i] ?? 0;
                    (d[i], own[i]) = (form, average) switch
                    {
                        (FriendlyAverage.Paper, _) => (g[i] - (Sigma * ((Lambda * before) + ((1 - Lambda) * g[i]))), (Lambda * before) + ((1 - Lambda) * g[i])),
                        (_, null) => (g[i], g[i]),
                        (FriendlyAverage.Code, _) => (g[i] - (Sigma * before), (Lambda * before) + ((1 - Lambda) * g[i])),
                        _ => (g[i] - (Sigma * before), (Lambda * before) + ((1 - Lambda) * (g[i] - (Sigma * before)))),
                    };
                    next[i] += share * own[i];
                }

                double norm = Math.Sqrt(d.Sum(static x => x * x));
                double[] h = Gradient([.. w.Select((x, i) => x + (Rho * d[i] / norm))], start, count);
                for (int i = 0; i < w.Length; i++)
                {
                    update[i] += weight * h[i];
                }
            }

            average = next;
            w = [.. w.Select((x, i) => x - (Rate * update[i]))];
            float[] actual = model.Copy();
            for (int i = 0; i < w.Length; i++)
            {
                Assert.Equal(w[i], actual[i], Tolerance);
            }
        }

        double[] Gradient(double[] at, int start, int count)
        {
            int offset = 0;
            foreach (Parameter parameter in oracle.Parameters)
            {
                parameter.Write([.. at.Skip(offset).Take(parameter.Count).Select(static x => (float)x)]);
                offset += parameter.Count;
            }

            oracle.ZeroGradients();
            oracle.Forward(s_input.AsSpan(start, count));
            oracle.Backward(Loss.MeanSquaredError(s_targets.AsSpan(start, count), reduction));
            List<double> gradient = [];
            foreach (Parameter parameter in oracle.Parameters)
            {
                gradient.AddRange(parameter.Gradients.ToArray().Select(static x => (double)x));
            }

            return [.. gradient];
        }
    }

    [Fact]
    public void EfficientSam_TakesTheExamplesWhoseLossRoseMost()
    {
        using Device device = Device.Cpu();
        using FlatModel model = new(device, 8, 300, 7);
        using FlatModel other = new(device, 8, 300, 7);
        using SamOptimizer sam = new(model, new Sgd(0.1f), Perturbation.Esam(0.5f, weightFraction: 1, dataFraction: 0.5f));
        using SamOptimizer plain = new(other, new Sgd(0.1f), Perturbation.Sam(0.5f));

        // By hand: the first gradient of all, the second of the four with the largest rise.
        other.Forward(s_input);
        double[] before = Losses(other);
        other.Backward(Loss.MeanSquaredError(s_targets));
        plain.FirstStep();
        other.Forward(s_input);
        double[] rises = [.. Losses(other).Select((loss, i) => loss - before[i])];
        int[] chosen = [.. Enumerable.Range(0, 8).OrderByDescending(i => rises[i]).Take(4).Order()];
        other.Forward([.. chosen.Select(static i => s_input[i])]);
        other.Backward(Loss.MeanSquaredError([.. chosen.Select(static i => s_targets[i])]));
        plain.SecondStep();

        sam.Step(s_input, s_targets);
        Bits.AssertEqual(other.Copy(), model.Copy(), "weights");

        static double[] Losses(Model m) => [.. Enumerable.Range(0, 8).Select(i => Math.Pow(m.Output[i] - s_targets[i], 2))];
    }

    [Fact]
    public void EfficientSam_MovesAboutItsShareOfTheTensors()
    {
        using Device device = Device.Cpu();
        using FlatModel model = new(device, 8, [.. Enumerable.Repeat(20, 40)]);
        using SamOptimizer sam = new(model, new Sgd(0), Perturbation.Esam(0.5f, weightFraction: 0.25f, dataFraction: 1));
        int moved = 0;
        for (int step = 0; step < 20; step++)
        {
            float[][] before = [.. Enumerable.Range(0, 40).Select(t => model.Parameters[t].Values.ToArray())];
            model.Forward(s_input);
            model.Backward(Loss.MeanSquaredError(s_targets));
            sam.FirstStep();
            moved += Enumerable.Range(0, 40).Count(t => !model.Parameters[t].Values.SequenceEqual(before[t]));
            sam.SecondStep();
        }

        Assert.InRange(moved, 140, 260);
    }

    [Fact]
    public void MomentumSam_LeavesTheModelUnperturbedBetweenSteps()
    {
        using Device device = Device.Cpu();
        using FlatModel model = new(device, 8, 300, 7);
        using SamOptimizer sam = new(model, new Sgd(0, 0.9f), Perturbation.Msam(1));
        float[] start = model.Copy();
        for (int step = 0; step < 3; step++)
        {
            StepResult result = sam.Step(s_input, s_targets);
            Assert.Equal(step == 0 ? 0 : 1, result.PerturbationNorm);
            Bits.AssertEqual(start, model.Copy(), "weights at a learning rate of 0");
        }
    }

    private static void AssertMoved(SyntheticModel model, double[][] w, double[][] gradient, double rate)
    {
        for (int t = 0; t < w.Length; t++)
        {
            for (int i = 0; i < w[t].Length; i++)
            {
                Assert.Equal(w[t][i] - (rate * gradient[t][i]), model.Parameters[t].Values[i], Tolerance);
            }
        }
    }
}
